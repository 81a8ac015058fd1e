//! Shapes of flow charts.

use super::Family;

pub(super) const SHAPES: Family = &[
    ("flowChartProcess", "path M l t L r t r b l b Z;"),
    (
        "flowChartAlternateProcess",
        "x = ss/6; i = x*0.29289; path M l x A x x 180 90 L r-x t A x x 270 90 L r b-x A x x 0 90 L x b A x x 90 90 Z; text i i r-i b-i;",
    ),
    ("flowChartDecision", "path M l vc L hc t r vc hc b Z; text w/4 h/4 w*3/4 h*3/4;"),
    ("flowChartInputOutput", "path in 5 M 0 5 L 1 0 5 0 4 5 Z; text w/5 t w*4/5 b;"),
    (
        "flowChartPredefinedProcess",
        "path unstroked M l t L r t r b l b Z; outline M w/8 t L w/8 b M w*7/8 t L w*7/8 b; text w/8 t w*7/8 b;",
    ),
    ("flowChartInternalStorage", "path unstroked M l t L r t r b l b Z; outline M w/8 t L w/8 b M l h/8 L r h/8; text w/8 h/8 r b;"),
    ("flowChartDocument", "path in 21600 M 0 0 L 21600 0 21600 17322 C 10800 17322 10800 23922 0 20172 Z; text l t r h*17322/21600;"),
    (
        "flowChartMultidocument",
        "path unstroked in 21600 M 0 20782 C 9298 23542 9298 18022 18595 18022 L 18595 3675 0 3675 Z
           M 1532 3675 L 1532 1815 20000 1815 20000 16252 C 19298 16252 18595 16352 18595 16352 L 18595 3675 Z
           M 2972 1815 L 2972 0 21600 0 21600 14392 C 20800 14392 20000 14467 20000 14467 L 20000 1815 Z;
         path none in 21600 M 0 3675 L 18595 3675 18595 18022 C 9298 18022 9298 23542 0 20782 Z
           M 1532 3675 L 1532 1815 20000 1815 20000 16252 C 19298 16252 18595 16352 18595 16352
           M 2972 1815 L 2972 0 21600 0 21600 14392 C 20800 14392 20000 14467 20000 14467;
         text l h*3675/21600 w*18595/21600 h*20782/21600;",
    ),
    (
        "flowChartTerminator",
        "path in 21600 M 3475 0 L 18125 0 A 3475 10800 270 180 L 3475 21600 A 3475 10800 90 180 Z;
         text w*1018/21600 h*3163/21600 w*20582/21600 h*18437/21600;",
    ),
    ("flowChartPreparation", "path in 10 M 0 5 L 2 0 8 0 10 5 8 10 2 10 Z; text w/5 t w*4/5 b;"),
    ("flowChartManualInput", "path in 5 M 0 1 L 5 0 5 5 0 5 Z; text l h/5 r b;"),
    ("flowChartManualOperation", "path in 5 M 0 0 L 5 0 4 5 1 5 Z; text w/5 t w*4/5 b;"),
    ("flowChartConnector", "dx = w/2*cos(45); dy = h/2*sin(45); path M l vc A w/2 h/2 180 360 Z; text hc-dx vc-dy hc+dx vc+dy;"),
    ("flowChartOffpageConnector", "path in 10 M 0 0 L 10 0 10 8 5 10 0 8 Z; text l t r h*4/5;"),
    ("flowChartPunchedCard", "path in 5 M 0 1 L 1 0 5 0 5 5 0 5 Z; text l h/5 r b;"),
    ("flowChartPunchedTape", "path in 20 M 0 2 A 5 2 180 -180 5 2 180 180 L 20 18 A 5 2 0 -180 5 2 0 180 Z; text l h/5 r h*4/5;"),
    (
        "flowChartSummingJunction",
        "dx = w/2*cos(45); dy = h/2*sin(45); il = hc-dx; it = vc-dy; ir = hc+dx; ib = vc+dy; path unstroked M l vc A w/2 h/2 180 360 Z;
         outline M il it L ir ib M ir it L il ib; text il it ir ib;",
    ),
    (
        "flowChartOr",
        "dx = w/2*cos(45); dy = h/2*sin(45); path unstroked M l vc A w/2 h/2 180 360 Z; outline M hc t L hc b M l vc L r vc;
         text hc-dx vc-dy hc+dx vc+dy;",
    ),
    ("flowChartCollate", "path in 2 M 0 0 L 2 0 1 1 2 2 0 2 1 1 Z; text w/4 h/4 w*3/4 h*3/4;"),
    ("flowChartSort", "path unstroked M l vc L hc t r vc hc b Z; outline M l vc L r vc; text w/4 h/4 w*3/4 h*3/4;"),
    ("flowChartExtract", "path in 2 M 0 2 L 1 0 2 2 Z; text w/4 vc w*3/4 b;"),
    ("flowChartMerge", "path in 2 M 0 0 L 2 0 1 2 Z; text w/4 t w*3/4 vc;"),
    ("flowChartOfflineStorage", "path unstroked M l t L r t hc b Z; outline M w*2/5 h*4/5 L w*3/5 h*4/5; text w/4 t w*3/4 vc;"),
    ("flowChartOnlineStorage", "path in 6 M 1 0 L 6 0 A 1 3 270 -180 L 1 6 A 1 3 90 180 Z; text w/6 t w*5/6 b;"),
    (
        "flowChartMagneticTape",
        "dx = w/2*cos(45); dy = h/2*sin(45); path M hc b A w/2 h/2 90 270 w/2 h/2 0 at2(w,h) L r vc+dy r b Z;
         text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "flowChartMagneticDisk",
        "path unstroked in 6 M 0 1 A 3 1 180 180 L 6 5 A 3 1 0 180 Z; path none in 6 M 6 1 A 3 1 0 180;
         path none in 6 M 0 1 A 3 1 180 180 L 6 5 A 3 1 0 180 Z; text l h/3 r h*5/6;",
    ),
    (
        "flowChartMagneticDrum",
        "path unstroked in 6 M 1 0 L 5 0 A 1 3 270 180 L 1 6 A 1 3 90 180 Z; path none in 6 M 5 6 A 1 3 90 180;
         path none in 6 M 1 0 L 5 0 A 1 3 270 180 L 1 6 A 1 3 90 180 Z; text w/6 t w*2/3 b;",
    ),
    ("flowChartDisplay", "path in 6 M 0 3 L 1 0 5 0 A 1 3 270 180 L 1 6 Z; text w/6 t w*5/6 b;"),
    ("flowChartDelay", "dx = w/2*cos(45); dy = h/2*sin(45); path M l t L hc t A w/2 h/2 270 180 L l b Z; text l vc-dy hc+dx vc+dy;"),
];
