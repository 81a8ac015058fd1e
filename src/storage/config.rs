//! Where bytes are kept: the settings of this room.

use std::path::PathBuf;

use crate::env::{Env, shown};

/// Which store to open and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageConfig {
    /// `STORAGE_BACKEND`: `local` (default), `gcp` (also `gcs`), `hybrid` or `memory`.
    pub backend: Backend,
    /// `DATA_DIR`: the root of local storage; default `data`.
    pub data_dir: PathBuf,
    /// The bucket; set for `gcp` and `hybrid`.
    pub bucket: Option<BucketConfig>,
}

/// The kinds of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A directory on a durable disk.
    Local,
    /// A Google Cloud Storage bucket.
    Gcp,
    /// Work on the local disk; results in the bucket too ([`crate::storage::hybrid`]).
    Hybrid,
    /// A map; everything is gone when the process ends.
    Memory,
}

/// Where the bucket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketConfig {
    /// `GCP_BUCKET_NAME`, without `gs://`.
    pub name: String,
    /// `GCP_PROJECT_ID`: shown by `doctor`; a bucket's name alone is unique.
    pub project: Option<String>,
    /// `GCS_ENDPOINT`: an emulator's address. Requests to it carry no credentials.
    pub endpoint: Option<String>,
}

impl StorageConfig {
    /// Reads the section; problems are collected in `env`.
    pub fn from_env(env: &mut Env) -> Self {
        const BACKENDS: &[(&str, Backend)] = &[
            ("local", Backend::Local),
            ("gcp", Backend::Gcp),
            ("gcs", Backend::Gcp),
            ("hybrid", Backend::Hybrid),
            ("memory", Backend::Memory),
        ];
        let backend = env.one_of("STORAGE_BACKEND", Backend::Local, BACKENDS);
        let data_dir = PathBuf::from(env.var("DATA_DIR").unwrap_or("data"));
        let bucket = matches!(backend, Backend::Gcp | Backend::Hybrid).then(|| BucketConfig::from_env(env)).flatten();
        Self { backend, data_dir, bucket }
    }

    /// A store in memory.
    pub fn for_testing() -> Self {
        Self { backend: Backend::Memory, data_dir: PathBuf::from("data"), bucket: None }
    }
}

impl BucketConfig {
    fn from_env(env: &mut Env) -> Option<Self> {
        let project = env.var("GCP_PROJECT_ID").map(ToOwned::to_owned);
        let endpoint = env.var("GCS_ENDPOINT").map(|e| e.trim_end_matches('/').to_owned());
        if endpoint.as_deref().is_some_and(|e| !e.starts_with("http://") && !e.starts_with("https://")) {
            env.problem("GCS_ENDPOINT", "not an address; it must start with http:// or https://");
        }
        let Some(name) = env.var("GCP_BUCKET_NAME").map(|n| n.trim_start_matches("gs://").trim_end_matches('/').to_owned()) else {
            env.problem("GCP_BUCKET_NAME", "missing; STORAGE_BACKEND=gcp and hybrid need the bucket's name");
            return None;
        };
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if !name.chars().all(allowed) {
            env.problem(
                "GCP_BUCKET_NAME",
                format!("{} is not a bucket's name; lower-case letters, digits, dashes, dots and underscores only", shown(&name)),
            );
        }
        Some(Self { name, project, endpoint })
    }
}

#[cfg(test)]
impl BucketConfig {
    /// A fresh bucket of the emulator, where one can run.
    pub(crate) async fn emulated() -> Option<Self> {
        let (endpoint, name) = crate::storage::emulator::fresh_bucket().await?;
        Some(Self { name, project: None, endpoint: Some(endpoint) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_local_folder_named_data() {
        let mut env = Env::from_pairs::<&str, &str>([]);
        let config = StorageConfig::from_env(&mut env);
        assert_eq!((config.backend, config.data_dir, config.bucket), (Backend::Local, PathBuf::from("data"), None));
        assert!(env.problems().is_empty());
    }

    #[test]
    fn a_bucket_is_read_with_or_without_its_scheme() {
        for name in ["school", "gs://school/"] {
            let mut env =
                Env::from_pairs([("STORAGE_BACKEND", "GCS"), ("GCP_BUCKET_NAME", name), ("GCS_ENDPOINT", "http://127.0.0.1:4443/")]);
            let bucket = StorageConfig::from_env(&mut env).bucket.unwrap();
            assert_eq!((bucket.name.as_str(), bucket.endpoint.as_deref()), ("school", Some("http://127.0.0.1:4443")));
            assert!(env.problems().is_empty());
        }
    }

    #[test]
    fn every_problem_names_its_variable() {
        let mut env = Env::from_pairs([("STORAGE_BACKEND", "floppy")]);
        StorageConfig::from_env(&mut env);
        let mut bucket = Env::from_pairs([("STORAGE_BACKEND", "hybrid"), ("GCS_ENDPOINT", "localhost:1")]);
        StorageConfig::from_env(&mut bucket);
        let named: Vec<&str> = env.problems().iter().chain(bucket.problems()).map(|p| p.variable.as_str()).collect();
        assert_eq!(named, ["STORAGE_BACKEND", "GCS_ENDPOINT", "GCP_BUCKET_NAME"]);
    }
}
