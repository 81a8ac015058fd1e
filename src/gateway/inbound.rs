//! Calls that somebody signs with an endpoint's own secret: checked here, as no secret leaves this room for that.

use jiff::Timestamp;

use crate::gateway::Gateway;
use crate::gateway::error::GatewayError;
use crate::gateway::ids::InstitutionId;
use crate::gateway::secrets::{Scheme, signing};
use crate::signing::{constant_time_eq, hmac_sha256};

impl Gateway {
    /// Whether `signature` (`sha256=<hex>` or bare hex) is the HMAC-SHA-256 of these bytes under one of the endpoint's secrets that sign now.
    ///
    /// # Errors
    /// There is no such endpoint, or its secret cannot be opened.
    pub async fn is_signed(&self, institution: InstitutionId, endpoint: &str, bytes: &[u8], signature: &str) -> Result<bool, GatewayError> {
        let stored = self.stored_endpoint(institution, endpoint).await?;
        let now: Timestamp = self.core.clock.now();
        let given = signature.trim().strip_prefix("sha256=").unwrap_or_else(|| signature.trim()).to_ascii_lowercase();
        let mut is_ours = false;
        for sealed in signing(&stored.secrets, now).filter(|sealed| sealed.scheme == Scheme::Hmac) {
            let secret = self.core.vault.open(stored.endpoint.id, sealed)?;
            // All are compared, so that the time does not tell which.
            is_ours |= constant_time_eq(hex::encode(hmac_sha256(secret.text_key(), bytes)).as_bytes(), given.as_bytes());
        }
        Ok(is_ours)
    }
}
