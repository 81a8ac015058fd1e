//! Connectors: lines from one corner of their box to the other.

use super::Family;

pub(super) const SHAPES: Family = &[
    ("straightConnector1", "path none M l t L r b;"),
    ("bentConnector2", "path none M l t L r t r b;"),
    ("bentConnector3", "adj1: 50000; x1 = w*adj1/100000; path none M l t L x1 t x1 b r b;"),
    ("bentConnector4", "adj1: 50000; adj2: 50000; x1 = w*adj1/100000; y2 = h*adj2/100000; path none M l t L x1 t x1 y2 r y2 r b;"),
    (
        "bentConnector5",
        "adj1: 50000; adj2: 50000; adj3: 50000; x1 = w*adj1/100000; y2 = h*adj2/100000; x3 = w*adj3/100000;
         path none M l t L x1 t x1 y2 x3 y2 x3 b r b;",
    ),
    ("curvedConnector2", "path none M l t C w/2 t r h/2 r b;"),
    ("curvedConnector3", "adj1: 50000; x2 = w*adj1/100000; path none M l t C x2/2 t x2 h/4 x2 vc x2 h*3/4 (r+x2)/2 b r b;"),
    (
        "curvedConnector4",
        "adj1: 50000; adj2: 50000; x2 = w*adj1/100000; x3 = (r+x2)/2; y4 = h*adj2/100000; y1 = y4/2;
         path none M l t C x2/2 t x2 y1/2 x2 y1 x2 (y1+y4)/2 (x2+x3)/2 y4 x3 y4 (x3+r)/2 y4 r (b+y4)/2 r b;",
    ),
    (
        "curvedConnector5",
        "adj1: 50000; adj2: 50000; adj3: 50000; x3 = w*adj1/100000; x6 = w*adj3/100000; x1 = (x3+x6)/2; y4 = h*adj2/100000;
         y1 = y4/2; y5 = (b+y4)/2;
         path none M l t C x3/2 t x3 y1/2 x3 y1 x3 (y1+y4)/2 (x3+x1)/2 y4 x1 y4 (x6+x1)/2 y4 x6 (y5+y4)/2 x6 y5
           x6 (y5+b)/2 (x6+r)/2 b r b;",
    ),
];
