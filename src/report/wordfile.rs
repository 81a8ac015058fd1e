//! Whether a file is a Word document at all: authors rename workbooks, old documents and PDFs to `.docx`, and Word's own dialog makes web pages of them.

use docx_to_pdf::package::{Limits, Package, PackageError};

use super::language::Language;

/// What a file is instead of a Word document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing in it.
    Empty,
    /// A PDF.
    Pdf,
    /// Rich text.
    Rtf,
    /// A Word document of before 2007, or one with a password.
    OldWord,
    /// A document with a password to open it.
    Encrypted,
    /// A web page.
    WebPage,
    /// A picture.
    Picture,
    /// An Excel workbook.
    Workbook,
    /// A PowerPoint presentation.
    Presentation,
    /// A document of LibreOffice.
    OpenDocument,
    /// A document of Apple Pages.
    Pages,
    /// A zip file of anything.
    Zip,
    /// A text file.
    Text,
    /// The shortcut that Google Drive or a cloud folder leaves on a disk.
    Shortcut,
}

impl FileKind {
    /// What it is and what to do.
    pub fn describe(self, language: Language) -> &'static str {
        let (es, en, pt) = match self {
            Self::Empty => (
                "el archivo está vacío; ábralo en Word y guárdelo de nuevo como .docx",
                "the file is empty; open it in Word and save it again as .docx",
                "o arquivo está vazio; abra-o no Word e salve-o de novo como .docx",
            ),
            Self::Pdf => (
                "es un PDF, no un documento de Word; use el .docx del que se hizo",
                "it is a PDF, not a Word document; use the .docx it was made from",
                "é um PDF, não um documento do Word; use o .docx do qual foi feito",
            ),
            Self::Rtf => (
                "es un texto enriquecido (.rtf) con otro nombre; ábralo en Word y guárdelo como .docx",
                "it is rich text (.rtf) under another name; open it in Word and save it as .docx",
                "é um texto formatado (.rtf) com outro nome; abra-o no Word e salve-o como .docx",
            ),
            Self::OldWord => (
                "es un documento de Word antiguo (.doc) con otro nombre; ábralo en Word y guárdelo como .docx",
                "it is an old Word document (.doc) under another name; open it in Word and save it as .docx",
                "é um documento antigo do Word (.doc) com outro nome; abra-o no Word e salve-o como .docx",
            ),
            Self::Encrypted => (
                "está protegido con contraseña; guárdelo en Word sin contraseña",
                "it is protected by a password; save it in Word without one",
                "está protegido por senha; salve-o no Word sem senha",
            ),
            Self::WebPage => (
                "es una página web con otro nombre; ábrala en Word y guárdela como .docx",
                "it is a web page under another name; open it in Word and save it as .docx",
                "é uma página web com outro nome; abra-a no Word e salve-a como .docx",
            ),
            Self::Picture => {
                ("es una imagen, no un documento de Word", "it is a picture, not a Word document", "é uma imagem, não um documento do Word")
            }
            Self::Workbook => (
                "es una planilla de Excel con otro nombre, no un documento de Word",
                "it is an Excel workbook under another name, not a Word document",
                "é uma planilha do Excel com outro nome, não um documento do Word",
            ),
            Self::Presentation => (
                "es una presentación de PowerPoint con otro nombre, no un documento de Word",
                "it is a PowerPoint presentation under another name, not a Word document",
                "é uma apresentação do PowerPoint com outro nome, não um documento do Word",
            ),
            Self::OpenDocument => (
                "es un documento de LibreOffice (.odt) con otro nombre; guárdelo como .docx",
                "it is a LibreOffice document (.odt) under another name; save it as .docx",
                "é um documento do LibreOffice (.odt) com outro nome; salve-o como .docx",
            ),
            Self::Pages => (
                "es un documento de Pages; expórtelo como Word (.docx)",
                "it is a Pages document; export it as Word (.docx)",
                "é um documento do Pages; exporte-o como Word (.docx)",
            ),
            Self::Zip => (
                "es un archivo .zip; sáquele el .docx y use ese",
                "it is a .zip file; take the .docx out of it and use that",
                "é um arquivo .zip; retire dele o .docx e use esse",
            ),
            Self::Text => (
                "es un archivo de texto, no un documento de Word",
                "it is a text file, not a Word document",
                "é um arquivo de texto, não um documento do Word",
            ),
            Self::Shortcut => (
                "es solo un acceso directo a un documento en línea; descárguelo como Word (.docx)",
                "it is only a shortcut to a document online; download it as Word (.docx)",
                "é só um atalho para um documento online; baixe-o como Word (.docx)",
            ),
        };
        match language {
            Language::Es => es,
            Language::En => en,
            Language::Pt => pt,
        }
    }
}

/// Opens a Word document; the inner error says what another file is.
///
/// # Errors
/// The package cannot be opened.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Result<Package, FileKind>, PackageError> {
    told_apart(bytes, |bytes| Package::open(bytes, limits))
}

/// As [`open`], of a document that is not saved again: it is in memory once.
///
/// # Errors
/// The package cannot be opened.
pub fn open_to_read(bytes: &[u8], limits: &Limits) -> Result<Result<Package, FileKind>, PackageError> {
    told_apart(bytes, |bytes| Package::open_to_read(bytes, limits))
}

fn told_apart(bytes: &[u8], open: impl FnOnce(&[u8]) -> Result<Package, PackageError>) -> Result<Result<Package, FileKind>, PackageError> {
    if let Some(kind) = by_first_bytes(bytes) {
        return Ok(Err(kind));
    }
    let package = open(bytes)?;
    Ok(by_parts(&package).map_or(Ok(package), Err))
}

fn by_first_bytes(bytes: &[u8]) -> Option<FileKind> {
    let start = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let wide = |word: &str| word.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
    match start {
        [] => Some(FileKind::Empty),
        _ if start.starts_with(b"PK") => None,
        _ if start.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) => {
            // The directory of an encrypted document names its streams; it stands anywhere in the file.
            let name = wide("EncryptedPackage");
            let encrypted = bytes.windows(name.len()).take(8 << 20).any(|window| window == name.as_slice());
            Some(if encrypted { FileKind::Encrypted } else { FileKind::OldWord })
        }
        _ if start.starts_with(&[0x89, b'P', b'N', b'G']) || start.starts_with(&[0xFF, 0xD8, 0xFF]) || start.starts_with(b"GIF8") => {
            Some(FileKind::Picture)
        }
        _ if text.starts_with("%pdf") => Some(FileKind::Pdf),
        _ if text.starts_with("{\\rtf") => Some(FileKind::Rtf),
        _ if text.starts_with("<html") || text.starts_with("<!doctype html") || text.starts_with("mime-version:") => {
            Some(FileKind::WebPage)
        }
        _ if text.starts_with('{') && text.contains("\"url\"") || text.starts_with("[internetshortcut]") => Some(FileKind::Shortcut),
        _ if bytes.len() < 1 << 20 && std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) => Some(FileKind::Text),
        _ => None,
    }
}

fn by_parts(package: &Package) -> Option<FileKind> {
    let main = package.main_document().ok();
    let is_word = main.as_deref().and_then(|main| package.part(main)).is_some_and(|part| {
        let start = &part[..part.len().min(4096)];
        let bytes: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
        ["wordprocessingml/2006/main", "wordprocessingml/main"].iter().any(|name| String::from_utf8_lossy(&bytes).contains(name))
    });
    if is_word {
        return None;
    }
    let has = |prefix: &str| package.part_names().any(|name| name.to_lowercase().starts_with(prefix));
    Some(match () {
        () if has("xl/") => FileKind::Workbook,
        () if has("ppt/") => FileKind::Presentation,
        () if has("index/") && has("metadata/") || has("index.zip") => FileKind::Pages,
        () if has("mimetype") || has("meta-inf/manifest.xml") => FileKind::OpenDocument,
        () if has("word/document.xml") => return None,
        () => FileKind::Zip,
    })
}
