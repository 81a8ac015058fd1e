//! Layout of whole small documents, read from XML: what is drawn where.

mod again;
mod agreed;
mod anchors;
mod around;
mod bordered;
mod boxed;
mod breadth;
mod diagrams;
mod drawn;
mod ends;
mod extents;
mod formulas;
mod kept_apart;
mod leading;
mod measured;
mod metafiles;
mod painted;
mod placed;
mod pushed;
mod ragged;
mod running;
mod stored;
mod support;
mod told;
mod vml;
mod word;
