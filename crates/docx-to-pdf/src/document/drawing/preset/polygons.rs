//! Regular polygons, stars and gears.
//!
//! Where a figure with an odd count of corners would not fill its box, `hf` and `vf` stretch it until it does.

use super::Family;

pub(super) const SHAPES: Family = &[
    (
        "pentagon",
        "hf: 105146; vf: 110557; rx = w/2*hf/100000; ry = h/2*vf/100000; cy = vc*vf/100000; dx = rx*cos(54); y1 = cy-ry*sin(18);
         path N 5 hc cy rx ry; text hc-dx y1*dx/(rx*cos(18)) hc+dx cy+ry*sin(54);",
    ),
    (
        "hexagon",
        "adj: 25000; vf: 115470; most = 50000*w/ss; a = pin(0, adj, most); x1 = ss*a/100000; dy = h/2*vf/100000*sin(60); y1 = vc-dy;
         y2 = vc+dy;
         q1 = -most/2; q2 = a+q1; q3 = if(q2, 4, 2); q4 = if(q2, 3, 2); q5 = if(q2, q1, 0); q = (q3-(a+q5)/q1*q4)/24;
         path M l vc L x1 y1 r-x1 y1 r vc r-x1 y2 x1 y2 Z; text w*q h*q r-w*q b-h*q;",
    ),
    (
        "heptagon",
        "hf: 102572; vf: 105210; rx = w/2*hf/100000; ry = h/2*vf/100000; cy = vc*vf/100000; dx = rx*0.78183; y1 = cy-ry*0.62349;
         path N 7 hc cy rx ry; text hc-dx y1 hc+dx b-y1;",
    ),
    (
        "octagon",
        "adj: 29289; x = ss*pin(0, adj, 50000)/100000;
         path M l x L x t r-x t r x r b-x r-x b x b l b-x Z; text x/2 x/2 r-x/2 b-x/2;",
    ),
    (
        "decagon",
        "vf: 105146; ry = h/2*vf/100000; dx1 = w/2*cos(36); dx2 = w/2*cos(72); dy1 = ry*sin(72); dy2 = ry*sin(36);
         path M l vc L hc-dx1 vc-dy2 hc-dx2 vc-dy1 hc+dx2 vc-dy1 hc+dx1 vc-dy2 r vc hc+dx1 vc+dy2 hc+dx2 vc+dy1 hc-dx2 vc+dy1 hc-dx1
           vc+dy2 Z;
         text hc-dx1 vc-dy2 hc+dx1 vc+dy2;",
    ),
    (
        "dodecagon",
        "x1 = w*2894/21600; x2 = w*7906/21600; y1 = h*2894/21600; y2 = h*7906/21600;
         path M l y2 L x1 y1 x2 t r-x2 t r-x1 y1 r y2 r b-y2 r-x1 b-y1 r-x2 b x2 b x1 b-y1 l b-y2 Z; text x1 y1 r-x1 b-y1;",
    ),
    (
        "star4",
        "adj: 12500; a = pin(0, adj, 50000)/50000; ix = w/2*a; iy = h/2*a; dx = ix*cos(45); dy = iy*sin(45);
         path S 4 hc vc w/2 h/2 ix iy; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star5",
        "adj: 19098; hf: 105146; vf: 110557; a = pin(0, adj, 50000)/50000; rx = w/2*hf/100000; ry = h/2*vf/100000; cy = vc*vf/100000;
         dx = rx*a*cos(18); path S 5 hc cy rx ry rx*a ry*a; text hc-dx cy-ry*a*sin(54) hc+dx cy+ry*a;",
    ),
    (
        "star6",
        "adj: 28868; hf: 115470; a = pin(0, adj, 50000)/50000; rx = w/2*hf/100000; dy = h/2*a*sin(60);
         path S 6 hc vc rx h/2 rx*a h/2*a; text hc-rx*a vc-dy hc+rx*a vc+dy;",
    ),
    (
        "star7",
        "adj: 34601; hf: 102572; vf: 105210; a = pin(0, adj, 50000)/50000; rx = w/2*hf/100000; ry = h/2*vf/100000; cy = vc*vf/100000;
         dx = rx*a*0.78183; path S 7 hc cy rx ry rx*a ry*a; text hc-dx cy-ry*a*0.90097 hc+dx cy+ry*a*0.62349;",
    ),
    (
        "star8",
        "adj: 37500; a = pin(0, adj, 50000)/50000; dx = w/2*a*0.92388; dy = h/2*a*0.92388;
         path S 8 hc vc w/2 h/2 w/2*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star10",
        "adj: 42533; hf: 105146; a = pin(0, adj, 50000)/50000; rx = w/2*hf/100000; dx = rx*a*0.80902; dy = h/2*a*0.58779;
         path S 10 hc vc rx h/2 rx*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star12",
        "adj: 37500; a = pin(0, adj, 50000)/50000; dx = w/2*a*cos(45); dy = h/2*a*sin(45);
         path S 12 hc vc w/2 h/2 w/2*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star16",
        "adj: 37500; a = pin(0, adj, 50000)/50000; dx = w/2*a*cos(45); dy = h/2*a*sin(45);
         path S 16 hc vc w/2 h/2 w/2*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star24",
        "adj: 37500; a = pin(0, adj, 50000)/50000; dx = w/2*a*cos(45); dy = h/2*a*sin(45);
         path S 24 hc vc w/2 h/2 w/2*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "star32",
        "adj: 37500; a = pin(0, adj, 50000)/50000; dx = w/2*a*cos(45); dy = h/2*a*sin(45);
         path S 32 hc vc w/2 h/2 w/2*a h/2*a; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "gear6",
        "adj1: 15000; adj2: 3526; a1 = pin(0, adj1, 20000); th = ss*a1/100000; lf = ss*pin(0, adj2, 5358)/100000; rx = w/2-th;
         ry = h/2-th;
         ha = at2(min(rx, ry), (th+lf)/2);
         path G 6 hc vc rx ry th lf; text hc-rx*cos(30+ha) vc-ry*sin(30+ha) hc+rx*cos(30+ha) vc+ry*sin(30+ha);",
    ),
    (
        "gear9",
        "adj1: 10000; adj2: 1763; a1 = pin(0, adj1, 20000); th = ss*a1/100000; lf = ss*pin(0, adj2, 2679)/100000; rx = w/2-th;
         ry = h/2-th;
         ha = at2(min(rx, ry), (th+lf)/2);
         path G 9 hc vc rx ry th lf; text hc-rx*cos(50-ha) vc-ry*sin(50-ha) hc+rx*cos(50-ha) vc+ry*sin(30+ha);",
    ),
];
