//! Sealing of what must not be readable at rest or in a URL: XChaCha20-Poly1305 under sub-keys of one master secret.
//!
//! The only importer of `chacha20poly1305` and `hkdf`. A sealed text is `version (1) ‖ key id (4) ‖ nonce (24) ‖ ciphertext and tag`;
//! its purpose and the caller's context are authenticated, so that what was sealed for one thing cannot be opened as another.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::Rng as _;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEADER: usize = 1 + 4 + NONCE;

/// Seals and opens for one purpose, with the current key and those before it.
///
/// A sub-key is HKDF-SHA-256 (RFC 5869) of the master secret with the purpose as info; the key id is its first four bytes hashed,
/// so that a rotated master secret is told from a damaged text.
#[derive(Clone)]
pub struct Sealer {
    purpose: &'static str,
    keys: Vec<([u8; 4], XChaCha20Poly1305)>,
}

/// Bytes that nobody can guess, for keys, nonces and salts; what only has to vary takes its chance as an argument.
#[expect(clippy::disallowed_methods, reason = "secrets need the system's chance")]
pub fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// Why something could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Sealed under a key that is not among ours: the master secret was changed and the one before it is not configured.
    #[error("it is sealed under another key")]
    UnknownKey,
    /// Not a sealed text, damaged, or sealed for another purpose or context.
    #[error("it is damaged or was sealed for something else")]
    Damaged,
}

impl Sealer {
    /// A sealer for `purpose`; `masters` are the current master secret and then earlier ones, which only open.
    ///
    /// # Panics
    /// Never: HKDF makes 32 bytes from any secret.
    pub fn new(purpose: &'static str, masters: &[&SecretString]) -> Self {
        let keys = masters
            .iter()
            .map(|master| {
                let hkdf = Hkdf::<Sha256>::new(Some(b"gradepost"), master.expose_secret().as_bytes());
                let mut key = [0; 32];
                #[expect(clippy::expect_used, reason = "HKDF-SHA-256 gives up to 8,160 bytes (RFC 5869, section 2.3)")]
                hkdf.expand(purpose.as_bytes(), &mut key).expect("32 bytes are few");
                let digest = crate::signing::sha256(&key);
                ([digest[0], digest[1], digest[2], digest[3]], XChaCha20Poly1305::new(&key.into()))
            })
            .collect();
        Self { purpose, keys }
    }

    /// Seals under the first key. `context` is authenticated and not stored: an id of what the text belongs to.
    ///
    /// # Panics
    /// Never, as long as the sealer has a key.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = chance::<NONCE>();
        #[expect(clippy::expect_used, reason = "a sealer is made with its current key")]
        let (id, cipher) = self.keys.first().expect("a sealer has a key");
        let aad = self.aad(context);
        #[expect(clippy::expect_used, reason = "fails only beyond 256 GiB")]
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad }).expect("texts are short");
        [&[VERSION][..], id, &nonce, &sealed].concat()
    }

    /// Opens what [`Self::seal`] made with the same purpose and context, under any of the keys.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if sealed.len() < HEADER || sealed[0] != VERSION {
            return Err(OpenError::Damaged);
        }
        let (id, rest) = sealed[1..].split_at(4);
        let (nonce, text) = rest.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| OpenError::Damaged)?;
        let (_, cipher) = self.keys.iter().find(|(known, _)| known == id).ok_or(OpenError::UnknownKey)?;
        let aad = self.aad(context);
        cipher.decrypt(&XNonce::from(nonce), Payload { msg: text, aad: &aad }).map_err(|_| OpenError::Damaged)
    }

    fn aad(&self, context: &str) -> Vec<u8> {
        [self.purpose.as_bytes(), b"\0", context.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_purpose_context_and_key_only() {
        let (old, new) = (secret("a master secret of thirty-two or more"), secret("another master secret, as long as that"));
        let sealer = Sealer::new("endpoint-secret", &[&old]);
        let sealed = sealer.seal("ep_1", b"whsec_text");
        assert!(!sealed.windows(5).any(|window| window == b"whsec"));
        assert_eq!(sealer.open("ep_1", &sealed).unwrap(), b"whsec_text");
        assert_eq!(sealer.open("ep_2", &sealed), Err(OpenError::Damaged));
        assert_eq!(Sealer::new("search", &[&old]).open("ep_1", &sealed), Err(OpenError::UnknownKey));
        assert_eq!(Sealer::new("endpoint-secret", &[&new]).open("ep_1", &sealed), Err(OpenError::UnknownKey));
        assert_eq!(Sealer::new("endpoint-secret", &[&new, &old]).open("ep_1", &sealed).unwrap(), b"whsec_text");
        for cut in [0, 4, HEADER, sealed.len() - 1] {
            assert!(sealer.open("ep_1", &sealed[..cut]).is_err());
        }
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(sealer.open("ep_1", &bent), Err(OpenError::Damaged));
    }

    #[test]
    fn no_two_sealed_texts_are_equal() {
        let sealer = Sealer::new("search", &[&secret("a master secret of thirty-two or more")]);
        assert_ne!(sealer.seal("", b"ana"), sealer.seal("", b"ana"));
    }
}
