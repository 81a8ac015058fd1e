//! The server's replies, bounded, cleaned and kept in step, before lettre reads them.
//!
//! lettre's connection trusts its stream: it reads a line however long it is, keeps bytes that came too early for the next reply, and forgets a reply's words. This stream stands below it and gives it one reply for each command, never more:
//! a line is at most [`LINE_BYTES`], a reply at most [`REPLY_BYTES`] and [`REPLY_LINES`] long; bytes that nobody asked for end the conversation, also across the start of TLS (RFC 3207, section 4.2).

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::delivery::mail::reply::{Reply, printable};

/// The longest line of a reply; RFC 5321, section 4.5.3.1.5 allows 512.
const LINE_BYTES: usize = 4 * 1024;
/// The longest reply with all its lines.
const REPLY_BYTES: usize = 64 * 1024;
/// The most lines of a reply. EHLO's longest known answers have some thirty; lettre reads a reply from its beginning at each line, so thousands would cost a processor.
const REPLY_LINES: usize = 200;
/// What lettre is given of a line; it takes at most 1,000 bytes.
const SHOWN_BYTES: usize = 900;

/// What was heard of the server since the last question, shared with who asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The reply to the last command, once it is complete.
    reply: Option<Reply>,
    /// Its lines, for those that list something (EHLO).
    lines: Vec<String>,
    /// The first refusal since [`Heard::forget`]; lettre says goodbye after one, and the answer to that must not hide it.
    refusal: Option<Reply>,
    /// Bytes given to the line below since [`Heard::forget`].
    written: usize,
}

impl Heard {
    /// Begins a new question.
    pub(super) fn forget(&self) {
        *self.state() = State::default();
    }

    /// The first refusal since the question.
    pub(super) fn refusal(&self) -> Option<Reply> {
        self.state().refusal.clone()
    }

    /// The last whole reply.
    pub(super) fn reply(&self) -> Option<Reply> {
        self.state().reply.clone()
    }

    /// The lines of the last whole reply.
    pub(super) fn lines(&self) -> Vec<String> {
        self.state().lines.clone()
    }

    /// How many bytes went out since the question.
    pub(super) fn written(&self) -> usize {
        self.state().written
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line to the server that is read reply by reply.
#[derive(Debug)]
pub(super) struct ReplyStream<S> {
    inner: S,
    peer: SocketAddr,
    heard: Heard,
    /// Bytes that came and are not yet a line of the present reply.
    raw: Vec<u8>,
    /// Clean lines that wait to be read.
    ready: Vec<u8>,
    /// Lines of the present reply.
    lines: Vec<String>,
    /// Bytes of the present reply.
    reply_bytes: usize,
    /// The last line of the present reply has come: what follows now is out of turn.
    complete: bool,
    /// The greeting has come.
    greeted: bool,
}

impl<S> ReplyStream<S> {
    /// Listens for the greeting.
    pub(super) fn new(inner: S, peer: SocketAddr, heard: Heard) -> Self {
        Self { inner, peer, heard, raw: Vec::new(), ready: Vec::new(), lines: Vec::new(), reply_bytes: 0, complete: false, greeted: false }
    }

    /// As [`new`](Self::new), for a line on which the greeting came before TLS began: it is heard once more, because lettre waits for it.
    pub(super) fn greeted(inner: S, peer: SocketAddr, heard: Heard) -> Self {
        let mut stream = Self::new(inner, peer, heard);
        stream.ready = b"220 ready\r\n".to_vec();
        stream.complete = true;
        stream.greeted = true;
        stream
    }

    /// The line below, to start TLS on it; refused while bytes wait that came before it.
    pub(super) fn into_inner(self) -> Result<S> {
        if self.raw.is_empty() && self.ready.is_empty() { Ok(self.inner) } else { Err(out_of_turn()) }
    }

    /// Whether clean lines wait to be read.
    pub(super) fn has_unread(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Takes whole lines off the raw bytes until the reply is complete.
    fn sort(&mut self) -> Result<()> {
        while !self.complete {
            let Some(end) = self.raw.iter().position(|byte| *byte == b'\n') else {
                return if self.raw.len() > LINE_BYTES {
                    Err(too_long("a line of the server's reply is longer than 4 KiB"))
                } else {
                    Ok(())
                };
            };
            if end > LINE_BYTES {
                return Err(too_long("a line of the server's reply is longer than 4 KiB"));
            }
            self.reply_bytes += end + 1;
            if self.reply_bytes > REPLY_BYTES {
                return Err(too_long("the server's reply is longer than 64 KiB"));
            }
            if self.lines.len() >= REPLY_LINES {
                return Err(too_long("the server's reply has more than 200 lines"));
            }
            let line: Vec<u8> = self.raw.drain(..=end).collect();
            self.take_line(&line)?;
        }
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) -> Result<()> {
        let text = printable(String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']));
        let mut shown = text.len().min(SHOWN_BYTES);
        while !text.is_char_boundary(shown) {
            shown -= 1;
        }
        self.ready.extend_from_slice(&text.as_bytes()[..shown]);
        // A bare code is a last line (RFC 5321, section 4.2); lettre wants a space after it.
        if text.len() == 3 {
            self.ready.push(b' ');
        }
        self.ready.extend_from_slice(b"\r\n");
        self.complete = text.as_bytes().get(3) != Some(&b'-');
        self.lines.push(text);
        if self.complete {
            let lines = std::mem::take(&mut self.lines);
            let reply = Reply::of(&lines);
            let mut state = self.heard.state();
            let greets = reply.class() == 2 || reply.is_refusal();
            if !std::mem::replace(&mut self.greeted, true) && !greets {
                return Err(Error::new(ErrorKind::InvalidData, format!("the server's greeting makes no sense: {}", reply.shown())));
            }
            if reply.is_refusal() && state.refusal.is_none() {
                state.refusal = Some(reply.clone());
            }
            state.reply = Some(reply);
            state.lines = lines;
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> ReplyStream<S> {
    /// Reads what the line has; `false` when it has ended.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        let mut bytes = [0; 2048];
        let mut buffer = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buffer))?;
        self.raw.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(!buffer.filled().is_empty()))
    }

    /// Fails when the server says something while it is our turn. A refusal among it is still heard: a server may end a message early.
    fn listen_before_speaking(&mut self, cx: &mut Context<'_>) -> Result<()> {
        match self.poll_fill(cx) {
            Poll::Ready(Ok(false)) => return Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Ready(Ok(true)) | Poll::Pending => {}
        }
        if self.raw.is_empty() {
            return Ok(());
        }
        self.complete = false;
        self.reply_bytes = 0;
        self.sort()?;
        Err(out_of_turn())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReplyStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        while this.ready.is_empty() {
            if this.complete {
                this.complete = false;
                this.reply_bytes = 0;
            }
            this.sort()?;
            if this.ready.is_empty() && !ready!(this.poll_fill(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
        let count = this.ready.len().min(buffer.remaining());
        buffer.put_slice(&this.ready[..count]);
        this.ready.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ReplyStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let this = &mut *self;
        this.listen_before_speaking(cx)?;
        let count = ready!(Pin::new(&mut this.inner).poll_write(cx, bytes))?;
        this.complete = false;
        this.reply_bytes = 0;
        this.heard.state().written += count;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for ReplyStream<S> {
    fn peer_addr(&self) -> Result<SocketAddr> {
        Ok(self.peer)
    }
}

fn out_of_turn() -> Error {
    Error::new(ErrorKind::InvalidData, "the server said something before it was asked; the replies are out of step")
}

fn too_long(words: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    fn stream() -> (ReplyStream<DuplexStream>, DuplexStream, Heard) {
        let (ours, theirs) = duplex(256 * 1024);
        let heard = Heard::default();
        (ReplyStream::new(ours, "127.0.0.1:25".parse().unwrap(), heard.clone()), theirs, heard)
    }

    async fn read(stream: &mut ReplyStream<DuplexStream>) -> Result<String> {
        let mut bytes = [0; 8192];
        let count = stream.read(&mut bytes).await?;
        Ok(String::from_utf8(bytes[..count].to_vec()).unwrap())
    }

    #[tokio::test]
    async fn one_reply_is_read_for_each_command_and_the_next_waits() {
        let (mut stream, mut server, heard) = stream();
        server.write_all(b"250-first\r\n250 last\r\n").await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap(), "250-first\r\n250 last\r\n");
        assert_eq!(heard.lines(), ["250-first", "250 last"]);
        stream.write_all(b"NOOP\r\n").await.unwrap();
        server.write_all(b"550 5.1.1 no\n").await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap(), "550 5.1.1 no\r\n", "a bare line feed ends a line too");
        assert_eq!(heard.refusal().unwrap().shown(), "550 5.1.1 no");
        assert_eq!(heard.written(), 6);
    }

    #[tokio::test]
    async fn what_nobody_asked_for_ends_the_conversation() {
        for injected in [&b"220 go\r\n250 evil\r\n"[..], b"220 go\r\n2", b"220 go\r\n\x16\x03"] {
            let (mut stream, mut server, _) = stream();
            server.write_all(injected).await.unwrap();
            assert_eq!(read(&mut stream).await.unwrap(), "220 go\r\n");
            let error = stream.write_all(b"EHLO x\r\n").await.unwrap_err();
            assert!(error.to_string().contains("out of step"), "{error}");
            assert!(stream.into_inner().is_err(), "TLS must not start over bytes that came in the clear");
        }
    }

    #[tokio::test]
    async fn an_early_refusal_of_a_message_is_heard() {
        let (mut stream, mut server, heard) = stream();
        for (line, answer) in [(&b"220 x\r\n"[..], &b"DATA\r\n"[..]), (b"354 go\r\n", b"half a mess")] {
            server.write_all(line).await.unwrap();
            read(&mut stream).await.unwrap();
            stream.write_all(answer).await.unwrap();
        }
        server.write_all(b"552 5.3.4 too big\r\n").await.unwrap();
        assert!(stream.write_all(b"age").await.is_err());
        assert_eq!(heard.refusal().map(|reply| reply.code), Some(552));
    }

    #[tokio::test]
    async fn lines_and_replies_have_an_end() {
        let endless_line = [b"220 ".to_vec(), vec![b'a'; 70_000]].concat();
        let many_lines = b"220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(2_000);
        let long_lines = [b"220-".to_vec(), vec![b'a'; 1_000], b"\r\n".to_vec()].concat().repeat(199);
        for (bytes, says) in [(endless_line, "longer than 4 KiB"), (many_lines, "more than 200 lines"), (long_lines, "longer than 64 KiB")]
        {
            let (mut stream, mut server, _) = stream();
            server.write_all(&bytes).await.unwrap();
            let mut taken = 0;
            let error = loop {
                match read(&mut stream).await {
                    Ok(text) => taken += text.len(),
                    Err(error) => break error,
                }
            };
            assert!(error.to_string().contains(says) && taken <= REPLY_BYTES, "{error} after {taken}");
            assert!(stream.raw.len() < 8 * 1024 && stream.ready.len() < 8 * 1024);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic_and_as_clean_lines(bytes in proptest::collection::vec(any::<u8>(), 0..6000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (mut stream, mut server, _) = stream();
                server.write_all(&bytes).await.unwrap();
                drop(server);
                while let Ok(text) = read(&mut stream).await {
                    assert!(!text.contains('\u{1b}') && !text.contains('\0'));
                    if text.is_empty() {
                        break;
                    }
                }
            });
        }
    }
}
