//! How much a file may ask of us.

/// Bounds on time and memory for one document.
/// The defaults pass every ordinary document (the largest of the measured ones unpacks to 40 MB) and stop a bomb within a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself, in bytes.
    pub file_bytes: u64,
    /// Number of entries in the zip.
    pub entries: usize,
    /// Unpacked size of one part, in bytes.
    pub part_bytes: u64,
    /// Unpacked size of all parts together, in bytes.
    pub total_bytes: u64,
    /// Unpacked to packed size; only looked at for parts over four mebibytes, as small ones do no harm.
    pub ratio: u64,
    /// Nesting of XML elements.
    pub xml_depth: usize,
    /// Elements and texts of one XML part.
    pub xml_nodes: usize,
    /// Memory one part of a document may take on its way to the PDF, as its elements are weighed (`document/xml.rs`).
    pub layout_bytes: usize,
    /// Pixels of one picture.
    pub pixels: u64,
    /// Steps filling one part of a template may take.
    pub template_steps: u64,
    /// Size of one filled part, in bytes.
    pub filled_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            entries: 4096,
            part_bytes: 64 << 20,
            total_bytes: 192 << 20,
            ratio: 400,
            xml_depth: 256,
            // A page of text has five hundred; an element alone costs little, what it makes is weighed below.
            xml_nodes: 1_000_000,
            // With the fonts and the file itself this stays below 256 MB for a whole run.
            layout_bytes: 220 << 20,
            pixels: 100_000_000,
            // Far beyond any report, and over within a second.
            template_steps: 8_000_000,
            filled_bytes: 64 << 20,
        }
    }
}
