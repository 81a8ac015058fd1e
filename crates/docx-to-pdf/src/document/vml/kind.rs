//! A VML shape with the type it refers to (ECMA-376 part 4, 19.1.2.20 `shapetype`): what the shape does not say itself its type says.

use crate::document::values::{integer, is_on};
use crate::document::xml::Node;

/// A shape and its type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind<'t> {
    pub(super) node: Node<'t>,
    /// The `v:shapetype`, where the part defines it.
    pub(super) definition: Option<Node<'t>>,
    /// The number among Office's own shapes (`o:spt`), which also ends the names of their types.
    pub(super) number: Option<i64>,
}

impl<'t> Kind<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        let name = node.attr("type").map(|name| name.trim_start_matches('#')).filter(|name| !name.is_empty());
        let definition = name.and_then(|name| node.shape_type(name));
        let number = definition.and_then(|definition| definition.attr("o:spt")).or_else(|| node.attr("o:spt"));
        let number = number.or_else(|| name.and_then(|name| name.rsplit("_t").next())).and_then(integer);
        Self { node, definition, number }
    }

    /// An attribute of the shape, else of its type.
    pub(super) fn attr(self, name: &str) -> Option<&'t str> {
        self.node.attr(name).or_else(|| self.definition?.attr(name))
    }

    /// An attribute of a child of the shape, else of the same child of its type.
    pub(super) fn child_attr(self, child: &str, name: &str) -> Option<&'t str> {
        let of = |node: Node<'t>| node.child(child)?.attr(name);
        of(self.node).or_else(|| of(self.definition?))
    }

    /// Whether it is filled (`filled`), or has a line (`stroked`); a path may be for one only (`fillok`, `strokeok`).
    pub(super) fn paints(self, switch: &str, allowed: &str) -> bool {
        let default = self.definition.is_some() || !self.leaves_out(switch);
        self.attr(switch).map_or(default, is_on) && self.child_attr("v:path", allowed).is_none_or(is_on)
    }

    /// What the types of these numbers say themselves, for shapes whose type stands nowhere: in the fallback of a newer drawing, which is not read, say.
    fn leaves_out(self, switch: &str) -> bool {
        match self.number {
            // A picture's frame.
            Some(75 | 201) => true,
            // Arcs, lines and connectors, brackets and braces.
            Some(19 | 20 | 32..=40 | 85..=88 | 185 | 186) => switch == "filled",
            _ => false,
        }
    }

    /// Its words are drawn along its path: one of the types of WordArt that are not straight.
    pub(super) fn bends_text(self) -> bool {
        /// "Plain text".
        const STRAIGHT: i64 = 136;
        self.number.is_some_and(|number| number != STRAIGHT && ((24..=31).contains(&number) || (137..=175).contains(&number)))
    }

    /// The name of the same shape in DrawingML.
    pub(super) fn preset(self) -> Option<&'static str> {
        self.number.and_then(preset_name)
    }
}

/// The DrawingML name of a VML shape type (`o:spt`; part 4, 19.1.2.20 lists them in this order).
fn preset_name(number: i64) -> Option<&'static str> {
    Some(match number {
        1 | 75 | 201 | 202 => "rect",
        2 => "roundRect",
        3 => "ellipse",
        4 => "diamond",
        5 => "triangle",
        6 => "rtTriangle",
        7 => "parallelogram",
        8 => "trapezoid",
        9 => "hexagon",
        10 => "octagon",
        11 => "plus",
        12 => "star5",
        13 | 14 => "rightArrow",
        15 => "homePlate",
        16 => "cube",
        19 => "arc",
        20 | 32 => "line",
        21 => "plaque",
        22 => "can",
        23 => "donut",
        33 => "bentConnector2",
        34 => "bentConnector3",
        35 => "bentConnector4",
        36 => "bentConnector5",
        37 => "curvedConnector2",
        38 => "curvedConnector3",
        39 => "curvedConnector4",
        40 => "curvedConnector5",
        41 | 178 => "callout1",
        42 => "callout2",
        43 => "callout3",
        44 | 179 => "accentCallout1",
        45 => "accentCallout2",
        46 => "accentCallout3",
        47 | 180 => "borderCallout1",
        48 => "borderCallout2",
        49 => "borderCallout3",
        50 | 181 => "accentBorderCallout1",
        51 => "accentBorderCallout2",
        52 => "accentBorderCallout3",
        53 => "ribbon",
        54 => "ribbon2",
        55 => "chevron",
        56 => "pentagon",
        57 => "noSmoking",
        58 => "star8",
        18 | 59 => "star16",
        60 => "star32",
        61 => "wedgeRectCallout",
        17 | 62 => "wedgeRoundRectCallout",
        63 => "wedgeEllipseCallout",
        64 => "wave",
        65 => "foldedCorner",
        66 => "leftArrow",
        67 => "downArrow",
        68 => "upArrow",
        69 => "leftRightArrow",
        70 => "upDownArrow",
        71 => "irregularSeal1",
        72 => "irregularSeal2",
        73 => "lightningBolt",
        74 => "heart",
        76 => "quadArrow",
        77 => "leftArrowCallout",
        78 => "rightArrowCallout",
        79 => "upArrowCallout",
        80 => "downArrowCallout",
        81 => "leftRightArrowCallout",
        82 => "upDownArrowCallout",
        83 => "quadArrowCallout",
        84 => "bevel",
        85 => "leftBracket",
        86 => "rightBracket",
        87 => "leftBrace",
        88 => "rightBrace",
        89 => "leftUpArrow",
        90 => "bentUpArrow",
        91 => "bentArrow",
        92 => "star24",
        93 => "stripedRightArrow",
        94 => "notchedRightArrow",
        95 => "blockArc",
        96 => "smileyFace",
        97 => "verticalScroll",
        98 => "horizontalScroll",
        99 => "circularArrow",
        101 => "uturnArrow",
        102 => "curvedRightArrow",
        103 => "curvedLeftArrow",
        104 => "curvedUpArrow",
        105 => "curvedDownArrow",
        106 => "cloudCallout",
        107 => "ellipseRibbon",
        108 => "ellipseRibbon2",
        109 => "flowChartProcess",
        110 => "flowChartDecision",
        111 => "flowChartInputOutput",
        112 => "flowChartPredefinedProcess",
        113 => "flowChartInternalStorage",
        114 => "flowChartDocument",
        115 => "flowChartMultidocument",
        116 => "flowChartTerminator",
        117 => "flowChartPreparation",
        118 => "flowChartManualInput",
        119 => "flowChartManualOperation",
        120 => "flowChartConnector",
        121 => "flowChartPunchedCard",
        122 => "flowChartPunchedTape",
        123 => "flowChartSummingJunction",
        124 => "flowChartOr",
        125 => "flowChartCollate",
        126 => "flowChartSort",
        127 => "flowChartExtract",
        128 => "flowChartMerge",
        129 => "flowChartOfflineStorage",
        130 => "flowChartOnlineStorage",
        131 => "flowChartMagneticTape",
        132 => "flowChartMagneticDisk",
        133 => "flowChartMagneticDrum",
        134 => "flowChartDisplay",
        135 => "flowChartDelay",
        176 => "flowChartAlternateProcess",
        177 => "flowChartOffpageConnector",
        182 => "leftRightUpArrow",
        183 => "sun",
        184 => "moon",
        185 => "bracketPair",
        186 => "bracePair",
        187 => "star4",
        188 => "doubleWave",
        189 => "actionButtonBlank",
        190 => "actionButtonHome",
        191 => "actionButtonHelp",
        192 => "actionButtonInformation",
        193 => "actionButtonForwardNext",
        194 => "actionButtonBackPrevious",
        195 => "actionButtonEnd",
        196 => "actionButtonBeginning",
        197 => "actionButtonReturn",
        198 => "actionButtonDocument",
        199 => "actionButtonSound",
        200 => "actionButtonMovie",
        _ => return None,
    })
}
