//! Opening: every entry is checked, unpacked within the limits and indexed.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{Limits, Package, PackageError, Part, key, prolog};
use bytes::Bytes;

/// The first bytes of an OLE compound file (MS-CFB 2.2).
const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Parts below this size are not measured for their ratio: an empty metafile of a mebibyte packs a thousandfold (seen), and does no harm.
const RATIO_FROM: u64 = 4 << 20;

impl Package {
    /// Opens a file. All its parts are unpacked here, so that nothing fails later.
    pub fn open(bytes: &[u8], limits: &Limits) -> Result<Self, PackageError> {
        let file = Bytes::copy_from_slice(bytes);
        Ok(Self { source: Some(file.clone()), ..Self::unpacked(&file, Some(&file), limits)? })
    }

    /// The same for a file that is only read: nothing but its parts is kept, so that no picture is in memory twice.
    /// Saved, they are all compressed anew.
    pub fn open_to_read(bytes: &[u8], limits: &Limits) -> Result<Self, PackageError> {
        Self::unpacked(bytes, None, limits)
    }

    /// Where the file is `kept`, what stands in it uncompressed is a stretch of it.
    fn unpacked(bytes: &[u8], kept: Option<&Bytes>, limits: &Limits) -> Result<Self, PackageError> {
        within("the file", bytes.len() as u64, limits.file_bytes)?;
        if bytes.starts_with(&OLE) {
            return Err(PackageError::OldOrProtected);
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| PackageError::NotAZip(error.to_string()))?;
        if archive.has_duplicate_names() {
            return Err(PackageError::Duplicate { part: "(two entries of one name)".to_owned() });
        }
        within("the number of entries", archive.len() as u64, limits.entries as u64)?;

        let mut package = Self { source: None, parts: Vec::with_capacity(archive.len()), index: HashMap::new(), limits: *limits };
        let mut left = limits.total_bytes;
        for entry in 0..archive.len() {
            if let Some(part) = unpack(&mut archive, kept, entry, limits, &mut left)? {
                package.add(part)?;
            }
        }
        Ok(package)
    }

    fn add(&mut self, part: Part) -> Result<(), PackageError> {
        if self.index.insert(key(&part.name), self.parts.len()).is_some() {
            return Err(PackageError::Duplicate { part: part.name });
        }
        self.parts.push(part);
        Ok(())
    }
}

/// One entry; `None` for a directory.
fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    kept: Option<&Bytes>,
    entry: usize,
    limits: &Limits,
    left: &mut u64,
) -> Result<Option<Part>, PackageError> {
    let mut file = archive.by_index(entry).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => PackageError::Encrypted { part: format!("number {entry}") },
        other => PackageError::NotAZip(other.to_string()),
    })?;
    let name = safe_name(file.name_raw())?;
    if file.is_dir() || name.is_empty() {
        return Ok(None);
    }
    let (packed, declared) = (file.compressed_size(), file.size());
    within(&format!("the part {name}"), declared, limits.part_bytes)?;
    if declared > *left {
        return Err(PackageError::TooLarge { what: "the unpacked document".to_owned(), limit: limits.total_bytes });
    }
    if declared > RATIO_FROM {
        let ratio = declared / packed.max(1);
        if ratio > limits.ratio {
            return Err(PackageError::Bomb { part: name, ratio, limit: limits.ratio });
        }
    }
    let stored = file.compression() == CompressionMethod::Stored && packed == declared;
    let place = file.data_start().filter(|_| stored).map(|start| start as usize..start.saturating_add(declared) as usize);
    let stretch = place.zip(kept).filter(|(place, file)| place.end <= file.len()).map(|(place, file)| file.slice(place));
    // The declared size is the file's own claim: what is really unpacked is cut off one byte above it.
    let mut content = file.by_ref().take(declared.saturating_add(1));
    let mut unpacked = Vec::new();
    let length = if stretch.is_some() {
        // It is there already; reading it tells whether it is sound.
        io::copy(&mut content, &mut io::sink())
    } else {
        unpacked.reserve(declared.min(1 << 20) as usize);
        content.read_to_end(&mut unpacked).map(|length| length as u64)
    };
    let length = length.map_err(|error| PackageError::Damaged { part: name.clone(), reason: error.to_string() })?;
    if length > declared {
        return Err(PackageError::Damaged { part: name, reason: "it unpacks to more than it declares".to_owned() });
    }
    let data = stretch.unwrap_or_else(|| unpacked.into());
    *left = left.saturating_sub(length);
    if is_xml(&name) && prolog::declares_dtd(&data) {
        return Err(PackageError::Dtd { part: name });
    }
    Ok(Some(Part { name, data, entry: Some(entry), changed: false }))
}

fn within(what: &str, value: u64, limit: u64) -> Result<(), PackageError> {
    if value > limit { Err(PackageError::TooLarge { what: what.to_owned(), limit }) } else { Ok(()) }
}

fn is_xml(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default();
    ["xml", "rels", "vml"].iter().any(|known| end.eq_ignore_ascii_case(known))
}

/// A name with forward slashes and no leading one; names that climb out, or are absolute on some system, are refused.
fn safe_name(raw: &[u8]) -> Result<String, PackageError> {
    let name = String::from_utf8_lossy(raw).replace('\\', "/");
    let name = name.trim_start_matches('/');
    let bad = |segment: &str| segment == ".." || segment == "." || segment.contains(':') || segment.contains('\0');
    if name.split('/').any(bad) {
        return Err(PackageError::UnsafeName { name: name.to_owned() });
    }
    Ok(name.to_owned())
}
