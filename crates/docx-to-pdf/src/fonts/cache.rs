//! Shaped words, kept across documents: reports of one school say the same things.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Features, FontId, Shaped};

/// Longer texts are not worth keeping: they do not come again.
const LONGEST: usize = 64;

/// Texts kept for one face and one set of features. With about a dozen in use, that bounds the cache to some ten megabytes.
const MOST: usize = 2048;

/// Sets of features: three switches.
const FEATURE_SETS: usize = 8;

type Words = HashMap<Box<str>, Arc<Shaped>>;

/// The cache; a lock a face and feature set, so that a hit needs no allocation for its key and threads rarely meet.
#[derive(Debug, Default)]
pub(super) struct WordCache {
    slots: Box<[RwLock<Words>]>,
}

impl WordCache {
    pub(super) fn new(faces: usize) -> Self {
        Self { slots: (0..faces * FEATURE_SETS).map(|_| RwLock::default()).collect() }
    }

    /// The shaped text, from the cache or from `shape`.
    pub(super) fn get_or_shape(&self, font: FontId, features: Features, text: &str, shape: impl FnOnce() -> Shaped) -> Arc<Shaped> {
        let switches = usize::from(features.kerning) | usize::from(features.ligatures) << 1 | usize::from(features.rtl) << 2;
        let Some(slot) = self.slots.get(usize::from(font.0) * FEATURE_SETS + switches).filter(|_| text.len() <= LONGEST) else {
            return Arc::new(shape());
        };
        // A poisoned lock means a panic between two map operations; the map itself is whole.
        if let Some(hit) = slot.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Arc::clone(hit);
        }
        let shaped = Arc::new(shape());
        let mut words = slot.write().unwrap_or_else(PoisonError::into_inner);
        if words.len() >= MOST {
            words.clear();
        }
        words.insert(text.into(), Arc::clone(&shaped));
        shaped
    }
}
