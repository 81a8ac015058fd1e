//! Writing back: unchanged parts as they came, changed ones compressed anew.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{Package, PackageError, Part};

pub(super) fn save(package: &Package) -> Result<Vec<u8>, PackageError> {
    if let Some(source) = package.source.as_ref().filter(|_| package.parts.iter().all(|part| !part.changed)) {
        return Ok(source.to_vec());
    }
    pack(package).map_err(|error| PackageError::Write(error.to_string()))
}

fn pack(package: &Package) -> zip::result::ZipResult<Vec<u8>> {
    let mut source = package.source.as_deref().map(|source| ZipArchive::new(Cursor::new(source))).transpose()?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(package.source.as_deref().map_or(0, <[u8]>::len))));
    for part in &package.parts {
        match (part.entry, &mut source) {
            (Some(entry), Some(source)) if !part.changed => writer.raw_copy_file(source.by_index_raw(entry)?)?,
            _ => add(&mut writer, part)?,
        }
    }
    Ok(writer.finish()?.into_inner())
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, part: &Part) -> zip::result::ZipResult<()> {
    // No time of day: the same parts give the same bytes.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    writer.start_file(part.name.as_str(), options)?;
    writer.write_all(&part.data)?;
    Ok(())
}
