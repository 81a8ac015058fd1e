//! Ribbons, scrolls and waves.

use super::Family;

pub(super) const SHAPES: Family = &[
    (
        "ribbon",
        "adj1: 16667; adj2: 50000; a1 = pin(0, adj1, 33333); dx2 = w*pin(25000, adj2, 75000)/200000; x10 = r-w/8; x2 = hc-dx2;
         x9 = hc+dx2;
         x3 = x2+w/32; x8 = x9-w/32; x5 = x2+w/8; x6 = x9-w/8; x4 = x5-w/32; x7 = x6+w/32; y1 = h*a1/200000; y2 = 2*y1; y4 = b-y2;
         hR = y1/2; y6 = y2-hR;
         path unstroked M l t L x4 t A w/32 hR 270 180 L x3 y1 A w/32 hR 270 -180 L x8 y2 A w/32 hR 90 -180 L x7 y1 A w/32 hR 90 180
           L r t x10 y4/2 r y4 x9 y4 x9 b-hR A w/32 hR 0 90 L x3 b A w/32 hR 90 90 L x2 y4 l y4 w/8 y4/2 Z;
         path darkenLess unstroked M x5 hR A w/32 hR 0 90 L x3 y1 A w/32 hR 270 -180 L x5 y2 Z
           M x6 hR A w/32 hR 180 -90 L x8 y1 A w/32 hR 270 180 L x6 y2 Z;
         outline M x5 hR L x5 y2 M x6 y2 L x6 hR M x2 y4 L x2 y6 M x9 y6 L x9 y4; text x2 y2 x9 b;",
    ),
    (
        "ribbon2",
        "adj1: 16667; adj2: 50000; a1 = pin(0, adj1, 33333); dx2 = w*pin(25000, adj2, 75000)/200000; x10 = r-w/8; x2 = hc-dx2;
         x9 = hc+dx2;
         x3 = x2+w/32; x8 = x9-w/32; x5 = x2+w/8; x6 = x9-w/8; x4 = x5-w/32; x7 = x6+w/32; dy = h*a1/200000; y1 = b-dy; y2 = b-2*dy;
         y4 = 2*dy; y3 = (y4+b)/2; hR = dy/2; y6 = b-hR; y7 = y1-hR;
         path unstroked M l b L w/8 y3 l y4 x2 y4 x2 hR A w/32 hR 180 90 L x8 t A w/32 hR 270 90 L x9 y4 r y4 x10 y3 r b x7 b
           A w/32 hR 90 180 L x8 y1 A w/32 hR 90 -180 L x3 y2 A w/32 hR 270 -180 L x4 y1 A w/32 hR 270 180 Z;
         path darkenLess unstroked M x5 y6 A w/32 hR 0 -90 L x3 y1 A w/32 hR 90 180 L x5 y2 Z
           M x6 y6 A w/32 hR 180 90 L x8 y1 A w/32 hR 90 -180 L x6 y2 Z;
         outline M x5 y2 L x5 y6 M x6 y6 L x6 y2 M x2 y7 L x2 y4 M x9 y4 L x9 y7; text x2 t x9 y2;",
    ),
    (
        "ellipseRibbon",
        "adj1: 25000; adj2: 50000; adj3: 12500; a1 = pin(0, adj1, 100000); a3 = pin(max(0, a1-(100000-a1)/2), adj3, a1);
         x2 = hc-w*pin(25000, adj2, 75000)/200000; x3 = x2+w/8; x4 = r-x3; x5 = r-x2; x6 = r-w/8; dy1 = h*a3/100000; f1 = 4*dy1/w;
         y1 = f1*(x3-x3*x3/w); cx1 = x3/2; cy1 = f1*cx1; cx2 = r-cx1; q1 = h*a1/100000; dy3 = q1-dy1; q5 = f1*(x2-x2*x2/w); y3 = q5+dy3;
         cy3 = 2*dy1+dy3-y3+dy3; rh = b-q1; y2 = (dy1*14/16+rh)/2; y5 = q5+rh; y6 = y3+rh; cx4 = x2/2; cy4 = f1*cx4+rh; cx5 = r-cx4;
         y7 = y1+dy3; cy7 = 2*q1-y7;
         path unstroked M l t Q cx1 cy1 x3 y1 L x2 y3 Q hc cy3 x5 y3 L x4 y1 Q cx2 cy1 r t L x6 y2 r rh Q cx5 cy4 x5 y5 L x5 y6
           Q hc cy3+rh x2 y6 L x2 y5 Q cx4 cy4 l rh L w/8 y2 Z;
         path darkenLess unstroked M x3 y7 L x3 y1 x2 y3 Q hc cy3 x5 y3 L x4 y1 x4 y7 Q hc cy7 x3 y7 Z;
         outline M x2 y5 L x2 y3 M x5 y3 L x5 y5 M x3 y1 L x3 y7 M x4 y7 L x4 y1; text x2 q1 x5 y6;",
    ),
    (
        "ellipseRibbon2",
        "adj1: 25000; adj2: 50000; adj3: 12500; a1 = pin(0, adj1, 100000); a3 = pin(max(0, a1-(100000-a1)/2), adj3, a1);
         x2 = hc-w*pin(25000, adj2, 75000)/200000; x3 = x2+w/8; x4 = r-x3; x5 = r-x2; x6 = r-w/8; dy1 = h*a3/100000; f1 = 4*dy1/w;
         u1 = f1*(x3-x3*x3/w); y1 = b-u1; cx1 = x3/2; cy1 = b-f1*cx1; cx2 = r-cx1; q1 = h*a1/100000; dy3 = q1-dy1; q5 = f1*(x2-x2*x2/w);
         u3 = q5+dy3; y3 = b-u3; u6 = 2*dy1+dy3-u3+dy3; cy3 = b-u6; rh = b-q1; y2 = b-(dy1*14/16+rh)/2; y5 = q1-q5; y6 = q1-u3;
         cx4 = x2/2; cy4 = q1-f1*cx4; cx5 = r-cx4; y7 = b-u1-dy3; cy7 = b-2*q1+u1+dy3;
         path unstroked M l b Q cx1 cy1 x3 y1 L x2 y3 Q hc cy3 x5 y3 L x4 y1 Q cx2 cy1 r b L x6 y2 r q1 Q cx5 cy4 x5 y5 L x5 y6
           Q hc q1-u6 x2 y6 L x2 y5 Q cx4 cy4 l q1 L w/8 y2 Z;
         path darkenLess unstroked M x3 y7 L x3 y1 x2 y3 Q hc cy3 x5 y3 L x4 y1 x4 y7 Q hc cy7 x3 y7 Z;
         outline M x2 y3 L x2 y5 M x5 y5 L x5 y3 M x3 y7 L x3 y1 M x4 y1 L x4 y7; text x2 y6 x5 rh;",
    ),
    (
        "leftRightRibbon",
        "adj1: 50000; adj2: 50000; adj3: 16667; a3 = pin(0, adj3, 33333); a1 = pin(0, adj1, 100000-a3);
         x1 = ss*pin(0, adj2, 100000*(w/2-w/32)/ss)/100000; x4 = r-x1; dy1 = h*a1/200000; dy2 = -h*a3/200000;
         ly1 = vc+dy2-dy1; ry4 = vc+dy1-dy2; ly2 = ly1+dy1; ry3 = b-ly2; ly4 = ly2*2; ry1 = b-ly4; ly3 = ly4-ly1; ry2 = b-ly3;
         hR = a3*ss/400000; x2 = hc-w/32; x3 = hc+w/32;
         path unstroked M l ly2 L x1 t x1 ly1 hc ly1 A w/32 hR 270 180 w/32 hR 270 -180 L x4 ry2 x4 ry1 r ry3 x4 b x4 ry4 hc ry4
           A w/32 hR 90 90 L x2 ly3 x1 ly3 x1 ly4 Z;
         path darkenLess unstroked M x3 ly1+hR A w/32 hR 0 90 w/32 hR 270 -90 L x3 ry2 Z;
         outline M x3 ly1+hR L x3 ry2 M x2 ry2-hR L x2 ly3; text x1 ly1 x4 ry4;",
    ),
    (
        "verticalScroll",
        "adj: 12500; ch = ss*pin(0, adj, 25000)/100000; c2 = ch/2; c4 = ch/4; x3 = ch+c2; x4 = 2*ch; x6 = r-ch; x7 = r-c2; y3 = b-ch;
         y4 = b-c2;
         path unstroked M c2 b A c2 c2 90 -90 L c2 y4 A c4 c4 90 -180 L ch y3 ch c2 A c2 c2 180 90 L x7 t A c2 c2 270 180 L x6 ch x6 y4
           A c2 c2 0 90 Z M x4 c2 A c2 c2 0 90 c4 c4 90 180 Z;
         path darkenLess unstroked M x4 c2 A c2 c2 0 90 c4 c4 90 180 Z M ch y4 A c2 c2 0 270 c4 c4 270 180 Z;
         path none M ch y3 L ch c2 A c2 c2 180 90 L x7 t A c2 c2 270 180 L x6 ch x6 y4 A c2 c2 0 90 L c2 b A c2 c2 90 180 Z
           M x3 t A c2 c2 270 180 c4 c4 90 180 L x4 c2 M x6 ch L x3 ch M c2 y3 A c4 c4 270 180 L ch y4 M c2 b A c2 c2 90 -90 L ch y3;
         text ch ch x6 y4;",
    ),
    (
        "horizontalScroll",
        "adj: 12500; ch = ss*pin(0, adj, 25000)/100000; c2 = ch/2; c4 = ch/4; y3 = ch+c2; y4 = 2*ch; y6 = b-ch; y7 = b-c2; x3 = r-ch;
         x4 = r-c2;
         path unstroked M r c2 A c2 c2 0 90 L x4 c2 A c4 c4 0 180 L x3 ch c2 ch A c2 c2 270 -90 L l y7 A c2 c2 180 -180 L ch y6 x4 y6
           A c2 c2 90 -90 Z M c2 y4 A c2 c2 90 -90 c4 c4 0 -180 Z;
         path darkenLess unstroked M c2 y4 A c2 c2 90 -90 c4 c4 0 -180 Z M x4 ch A c2 c2 90 -270 c4 c4 180 -180 Z;
         path none M l y3 A c2 c2 180 90 L x3 ch x3 c2 A c2 c2 180 180 L r y6-c2 A c2 c2 0 90 L ch y6 ch y7 A c2 c2 0 180 Z
           M x3 ch L x4 ch A c2 c2 90 -90 M x4 ch L x4 c2 A c4 c4 0 180 M c2 y4 L c2 y3 A c4 c4 180 180 c2 c2 0 180 M ch y3 L ch y6;
         text ch ch x4 y6;",
    ),
    (
        "wave",
        "adj1: 12500; adj2: 0; y1 = h*pin(0, adj1, 20000)/100000; dy = y1*10/3; y4 = b-y1; of = w*pin(-10000, adj2, 10000)/50000;
         dx2 = if(of, 0, of); x2 = l-dx2; dx5 = if(of, of, 0); x5 = r-dx5; dx3 = (dx2+x5)/3; x3 = x2+dx3; x6 = dx5; x10 = r+dx2;
         x7 = x6+dx3;
         path M x2 y1 C x3 y1-dy (x3+x5)/2 y1+dy x5 y1 L x10 y4 C (x7+x10)/2 y4+dy x7 y4-dy x6 y4 Z;
         text max(x2,x6) 2*y1 min(x5,x10) b-2*y1;",
    ),
    (
        "doubleWave",
        "adj1: 6250; adj2: 0; y1 = h*pin(0, adj1, 12500)/100000; dy = y1*10/3; y2 = y1-dy; y3 = y1+dy; y4 = b-y1; y5 = y4-dy; y6 = y4+dy;
         of = w*pin(-10000, adj2, 10000)/50000; dx2 = if(of, 0, of); x2 = l-dx2; dx8 = if(of, of, 0); x8 = r-dx8; dx3 = (dx2+x8)/6;
         dx4 = 2*dx3; x5 = (x2+x8)/2; x6 = x5+dx3; x9 = dx8; x15 = r+dx2; x12 = (x9+x15)/2; x13 = x12+dx3;
         path M x2 y1 C x2+dx3 y2 x2+dx4 y3 x5 y1 x6 y2 (x6+x8)/2 y3 x8 y1
           L x15 y4 C (x13+x15)/2 y6 x13 y5 x12 y4 x9+dx4 y6 x9+dx3 y5 x9 y4 Z;
         text max(x2,x9) 2*y1 min(x8,x15) b-2*y1;",
    ),
];
