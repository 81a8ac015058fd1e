//! Where a tab leads.

use crate::document::model::{Leader, ParagraphProps, TabKind};
use crate::layout::length::twips;
use crate::units::Pt;

/// The stop a tab leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// Where, from the paragraph's margin.
    pub at: Pt,
    /// How text stands at it.
    pub kind: TabKind,
    /// What fills the space.
    pub leader: Leader,
    /// It comes from the default distance.
    pub default: bool,
}

/// The tab stops of a paragraph.
#[derive(Debug, Clone)]
pub(super) struct Tabs {
    stops: Vec<Stop>,
    default: Pt,
    /// Bars are drawn here.
    pub bars: Vec<Pt>,
}

impl Tabs {
    /// Custom stops, then the hanging indent (it acts as a stop), then defaults.
    ///
    /// All count from the edge where text starts: in a right-to-left paragraph from the right one (17.3.1.37).
    /// There a decimal stop works as an end stop (measured on LibreOffice 7.4: numbers keep their direction).
    pub(super) fn new(props: &ParagraphProps, default: Pt) -> Self {
        // Most paragraphs have none, and then nothing is allocated.
        let mut stops: Vec<Stop> = Vec::with_capacity(props.tabs.len() + usize::from(props.indent_first.0 < 0));
        let mut bars = Vec::new();
        for tab in &props.tabs {
            let at = twips(tab.position);
            let kind = if props.rtl && tab.kind == TabKind::Decimal { TabKind::Right } else { tab.kind };
            if kind == TabKind::Bar {
                bars.push(at);
            } else {
                stops.push(Stop { at, kind, leader: tab.leader, default: false });
            }
        }
        if props.indent_first.0 < 0 {
            let start = if props.rtl { props.indent_right } else { props.indent_left };
            stops.push(Stop { at: twips(start), kind: TabKind::Left, leader: Leader::None, default: false });
        }
        stops.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        Self { stops, default: default.max(Pt(1.0)), bars }
    }

    /// The first stop after `x`. Default stops stand between and after custom ones only beyond the last custom one.
    pub(super) fn next(&self, x: Pt) -> Stop {
        let after = x + Pt(0.02);
        if let Some(stop) = self.stops.iter().find(|stop| stop.at > after) {
            return *stop;
        }
        Stop { at: self.default_after(x), kind: TabKind::Left, leader: Leader::None, default: true }
    }

    /// The first default stop after `x`.
    pub(super) fn default_after(&self, x: Pt) -> Pt {
        self.default * (((x + Pt(0.02)) / self.default).floor() + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::model::TabStop;
    use crate::units::Twips;

    #[test]
    fn a_hanging_indent_is_a_tab_stop() {
        let props = ParagraphProps { indent_left: Twips(720), indent_first: Twips(-360), ..ParagraphProps::default() };
        assert_eq!(Tabs::new(&props, Pt(36.0)).next(Pt(20.0)).at, Pt(36.0));
    }

    #[test]
    fn default_stops_follow_the_last_custom_one() {
        let custom = TabStop { position: Twips(2000), kind: TabKind::Right, leader: Leader::Dot };
        let props = ParagraphProps { tabs: vec![custom], ..ParagraphProps::default() };
        let tabs = Tabs::new(&props, Pt(36.0));
        assert_eq!(tabs.next(Pt(10.0)).kind, TabKind::Right);
        assert_eq!(tabs.next(Pt(100.0)).at, Pt(108.0));
    }
}
