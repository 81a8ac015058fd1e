//! Tokens that others sign: an identity provider's, a proxy's, a task queue's. Verified here and nowhere else; pure, as fetching keys is the caller's.

pub mod key_set;
pub mod oidc;
pub mod push;
