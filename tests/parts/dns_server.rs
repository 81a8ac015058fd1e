//! A name server on this machine, whose answers a test chooses and changes: the only way to show what a name does that leads elsewhere the second time.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server says of a name.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "not every test that shares this peer says all of it")]
#[allow(clippy::allow_attributes, reason = "whether it is unused differs between them")]
pub(crate) enum Reply {
    /// These addresses, good for no second.
    Addresses(Vec<IpAddr>),
    /// It is another name.
    Alias(&'static str),
    /// There is no such name.
    NoSuchName,
    /// The server cannot say.
    Failure,
    /// Nothing at all.
    Silence,
}

/// A running name server.
pub(crate) struct DnsServer {
    pub(crate) address: SocketAddr,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

impl DnsServer {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_mins(5))).expect("a timeout");
        let address = socket.local_addr().expect("an address");
        let server = Self { address, replies: Arc::default(), asked: Arc::default() };
        let (replies, asked) = (server.replies.clone(), server.asked.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                if let Some(answer) = answer(&buffer[..length], &replies, &asked) {
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        server
    }

    /// From now on says this of a name.
    pub(crate) fn says(&self, name: &str, reply: Reply) {
        self.replies.lock().expect("the lock").insert(name.to_owned(), reply);
    }

    /// From now on a name has these addresses.
    pub(crate) fn has(&self, name: &str, addresses: &[&str]) {
        self.says(name, Reply::Addresses(addresses.iter().map(|address| address.parse().expect("an address")).collect()));
    }

    /// The names that were asked for, each question once.
    #[allow(dead_code, reason = "only some of the tests that share this peer ask")]
    #[allow(clippy::allow_attributes, reason = "whether it is unused differs between them")]
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the lock").clone()
    }
}

fn answer(query: &[u8], replies: &Mutex<HashMap<String, Reply>>, asked: &Mutex<Vec<String>>) -> Option<Vec<u8>> {
    let (name, end) = name_at(query, 12)?;
    let kind = u16::from_be_bytes([*query.get(end)?, *query.get(end + 1)?]);
    asked.lock().expect("the lock").push(name.clone());
    let replies = replies.lock().expect("the lock");
    let mut records = Vec::new();
    let mut code = 0;
    let mut owner = name;
    // An alias and what it leads to come in one answer, as real servers do it.
    for _ in 0..8 {
        match replies.get(&owner) {
            Some(Reply::Addresses(addresses)) => {
                let of_kind = addresses.iter().filter(|address| address.is_ipv4() == (kind == A));
                for address in of_kind {
                    let bytes = match address {
                        IpAddr::V4(address) => address.octets().to_vec(),
                        IpAddr::V6(address) => address.octets().to_vec(),
                    };
                    records.push(record(&owner, if address.is_ipv4() { A } else { AAAA }, &bytes));
                }
                break;
            }
            Some(Reply::Alias(target)) => {
                records.push(record(&owner, CNAME, &encoded(target)));
                (*target).clone_into(&mut owner);
            }
            Some(Reply::Failure) => {
                code = 2;
                break;
            }
            Some(Reply::Silence) => return None,
            Some(Reply::NoSuchName) | None => {
                code = 3;
                break;
            }
        }
    }
    let mut message = query[..2].to_vec();
    message.extend([0x85, 0x80 | code, 0, 1]);
    message.extend(u16::try_from(records.len()).expect("few records").to_be_bytes());
    message.extend([0, 0, 0, 0]);
    message.extend(&query[12..end + 4]);
    message.extend(records.concat());
    Some(message)
}

fn record(owner: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = encoded(owner);
    record.extend(kind.to_be_bytes());
    // Class IN, good for no second.
    record.extend([0, 1, 0, 0, 0, 0]);
    record.extend(u16::try_from(data.len()).expect("short data").to_be_bytes());
    record.extend(data);
    record
}

fn encoded(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).expect("a short label"));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn name_at(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).to_lowercase());
        at += length;
    }
}
