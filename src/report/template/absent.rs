//! Values that are not there.

use minijinja::Value;

/// Such a value goes through every filter, so that its tag can say so.
pub(super) fn is_absent(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}
