//! Reading and writing, through Google's crate.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_storage::Error;
use google_cloud_storage::client::Storage;

use crate::storage::Version;
use crate::storage::config::BucketConfig;
use crate::storage::gcs::fault::RequestError;

/// How long one request may take; the crate itself sets no limit.
const TIME_LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Data {
    client: Storage,
    bucket: String,
}

impl Data {
    pub(super) async fn connect(config: &BucketConfig, credentials: Credentials) -> Result<Self, String> {
        // The crate's own patience is long and does not tell a lost answer from a lost request.
        let mut builder = Storage::builder().with_credentials(credentials).with_retry_policy(NeverRetry);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let client = builder.build().await.map_err(|error| error.to_string())?;
        Ok(Self { client, bucket: format!("projects/_/buckets/{}", config.name) })
    }

    /// Writes the object when its generation is this one (0: there is none).
    pub(super) async fn write(&self, key: &str, bytes: &Bytes, generation: Option<i64>) -> Result<Version, RequestError> {
        let mut request = self.client.write_object(&self.bucket, key, bytes.clone()).set_content_type(content_type(key));
        if let Some(generation) = generation {
            request = request.set_if_generation_match(generation);
        }
        // Without the checksum beforehand the crate sends it in a third part, which emulators append to the object.
        let sent = Box::pin(request.with_known_crc32c(crc32c(bytes)).send_unbuffered());
        let object = tokio::time::timeout(TIME_LIMIT, sent).await.map_err(|_| too_slow())?.map_err(|error| fault(&error))?;
        Ok(Version(object.generation.to_string()))
    }

    pub(super) async fn read(&self, key: &str) -> Result<Option<(Bytes, Version)>, RequestError> {
        tokio::time::timeout(TIME_LIMIT, self.read_whole(key)).await.map_err(|_| too_slow())?
    }

    async fn read_whole(&self, key: &str) -> Result<Option<(Bytes, Version)>, RequestError> {
        let mut response = match self.client.read_object(&self.bucket, key).send().await.map_err(|error| fault(&error)) {
            Ok(response) => response,
            Err(RequestError::Missing) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let version = Version(response.object().generation.to_string());
        let mut bytes = BytesMut::new();
        while let Some(chunk) = response.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| fault(&error))?);
        }
        Ok(Some((bytes.freeze(), version)))
    }
}

fn too_slow() -> RequestError {
    RequestError::no_answer(format!("no answer within {TIME_LIMIT:?}"))
}

fn fault(error: &Error) -> RequestError {
    let Some(status) = error.http_status_code() else { return RequestError::no_answer(chain(error)) };
    let retry_after = error.http_headers().and_then(|headers| headers.get("retry-after")).and_then(|value| value.to_str().ok());
    RequestError::of_status(status, retry_after, error.to_string())
}

/// An error with its causes: the crate's outermost words say little.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// So that a bucket opened in a browser shows its objects.
fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json") => "application/json",
        Some("pdf") => "application/pdf",
        Some("csv") => "text/csv; charset=utf-8",
        Some("eml") => "message/rfc822",
        _ => "application/octet-stream",
    }
}

/// CRC-32C (RFC 3720, appendix B.4), which the bucket checks.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, byte| TABLE[usize::from(crc as u8 ^ byte)] ^ (crc >> 8))
}

const fn table() -> [u32; 256] {
    const REVERSED_POLYNOMIAL: u32 = 0x82F6_3B78;
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ REVERSED_POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_rfcs_examples() {
        assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c(&[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46DD_794E);
        assert_eq!(crc32c(b""), 0);
    }
}
