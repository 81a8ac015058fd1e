//! Triangles and other polygons that lean on an adjustment, bodies, and pieces of ellipses.

use super::Family;

pub(super) const SHAPES: Family = &[
    ("triangle", "adj: 50000; a = pin(0, adj, 100000); x1 = w*a/200000; x2 = w*a/100000; path M l b L x2 t r b Z; text x1 vc x1+w/2 b;"),
    ("rtTriangle", "path M l b L l t r b Z; text w/12 h*7/12 w*7/12 h*11/12;"),
    ("diamond", "path M l vc L hc t r vc hc b Z; text w/4 h/4 w*3/4 h*3/4;"),
    (
        "parallelogram",
        "adj: 25000; most = 100000*w/ss; a = pin(0, adj, most); x2 = ss*a/100000; q = (1+5*a/most)/12;
         path M l b L x2 t r t r-x2 b Z; text q*w q*h r-q*w b-q*h;",
    ),
    (
        "trapezoid",
        "adj: 25000; most = 50000*w/ss; a = pin(0, adj, most); x2 = ss*a/100000; il = w/3*a/most;
         path M l b L x2 t r-x2 t r b Z; text il h/3*a/most r-il b;",
    ),
    (
        "nonIsoscelesTrapezoid",
        "adj1: 25000; adj2: 25000; most = 50000*w/ss; a1 = pin(0, adj1, most); a2 = pin(0, adj2, most);
         path M l b L ss*a1/100000 t r-ss*a2/100000 t r b Z; text w/3*a1/most h/3*max(a1,a2)/most r-w/3*a2/most b;",
    ),
    ("homePlate", "adj: 50000; x1 = r-ss*pin(0, adj, 100000*w/ss)/100000; path M l t L x1 t r vc x1 b l b Z; text l t (x1+r)/2 b;"),
    (
        "chevron",
        "adj: 50000; x1 = ss*pin(0, adj, 100000*w/ss)/100000; x2 = r-x1; dx = x2-x1;
         path M l t L x2 t r vc x2 b l b x1 vc Z; text if(dx,x1,l) t if(dx,x2,r) b;",
    ),
    ("pieWedge", "path M l b A w h 180 90 L r b Z; text r-w*cos(45) b-h*sin(45) r b;"),
    // The standard's rectangle has its top and right edge mixed up; it is that of the whole ellipse.
    (
        "pie",
        "adj1: 0; adj2: 16200000; st = pin(0, adj1, 21599999)/60000; en = pin(0, adj2, 21599999)/60000;
         sw = if(en-st, en-st, en-st+360); n = at2(h/2*cos(st), w/2*sin(st)); dx = w/2*cos(45); dy = h/2*sin(45);
         path M hc+w/2*cos(n) vc+h/2*sin(n) A w/2 h/2 st sw L hc vc Z; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "chord",
        "adj1: 2700000; adj2: 16200000; st = pin(0, adj1, 21599999)/60000; en = pin(0, adj2, 21599999)/60000;
         sw = if(en-st, en-st, en-st+360); n = at2(h/2*cos(st), w/2*sin(st)); dx = w/2*cos(45); dy = h/2*sin(45);
         path M hc+w/2*cos(n) vc+h/2*sin(n) A w/2 h/2 st sw Z; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "arc",
        "adj1: 16200000; adj2: 0; st = pin(0, adj1, 21599999)/60000; en = pin(0, adj2, 21599999)/60000;
         sw = if(en-st, en-st, en-st+360); n = at2(h/2*cos(st), w/2*sin(st)); m = at2(h/2*cos(en), w/2*sin(en));
         x1 = hc+w/2*cos(n); y1 = vc+h/2*sin(n); x2 = hc+w/2*cos(m); y2 = vc+h/2*sin(m);
         path unstroked M x1 y1 A w/2 h/2 st sw L hc vc Z; path none M x1 y1 A w/2 h/2 st sw;
         text if(sw-turn(180-st),l,min(x1,x2)) if(sw-turn(270-st),t,min(y1,y2)) if(sw-turn(-st),r,max(x1,x2))
           if(sw-turn(90-st),b,max(y1,y2));",
    ),
    (
        "blockArc",
        "adj1: 10800000; adj2: 0; adj3: 25000; st = pin(0, adj1, 21599999)/60000; en = pin(0, adj2, 21599999)/60000;
         sw = if(en-st, en-st, en-st+360); d = ss*pin(0, adj3, 50000)/100000; rx = w/2-d; ry = h/2-d;
         n = at2(h/2*cos(st), w/2*sin(st)); m = at2(h/2*cos(en), w/2*sin(en)); u = at2(ry*cos(en), rx*sin(en));
         v = at2(ry*cos(st), rx*sin(st));
         x1 = hc+w/2*cos(n); y1 = vc+h/2*sin(n); x2 = hc+rx*cos(u); y2 = vc+ry*sin(u);
         x3 = hc+w/2*cos(m); y3 = vc+h/2*sin(m); x4 = hc+rx*cos(v); y4 = vc+ry*sin(v);
         path M x1 y1 A w/2 h/2 st sw L x2 y2 A rx ry en -sw Z;
         text if(sw-turn(180-st),l,min(min(x1,x2),min(x3,x4))) if(sw-turn(270-st),t,min(min(y1,y2),min(y3,y4)))
              if(sw-turn(-st),r,max(max(x1,x2),max(x3,x4))) if(sw-turn(90-st),b,max(max(y1,y2),max(y3,y4)));",
    ),
    (
        "donut",
        "adj: 25000; d = ss*pin(0, adj, 50000)/100000; dx = w/2*cos(45); dy = h/2*sin(45);
         path M l vc A w/2 h/2 180 360 Z M d vc A w/2-d h/2-d 180 -360 Z; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "noSmoking",
        "adj: 18750; d = ss*pin(0, adj, 50000)/100000; rx = w/2-d; ry = h/2-d; ang = at2(w, h);
         n = rx*ry/mod(ry*cos(ang), rx*sin(ang)); dang = at2(n, d/2); sw = 2*dang-180; st = ang-dang;
         n1 = rx*ry/mod(ry*cos(st), rx*sin(st)); dx1 = n1*cos(st); dy1 = n1*sin(st); dx = w/2*cos(45); dy = h/2*sin(45);
         path M l vc A w/2 h/2 180 360 Z M hc+dx1 vc+dy1 A rx ry st sw Z M hc-dx1 vc-dy1 A rx ry st-180 sw Z;
         text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "teardrop",
        "adj: 100000; a = pin(0, adj, 200000)/100000; x1 = hc+w/2*a; y1 = vc-h/2*a; dx = w/2*cos(45); dy = h/2*sin(45);
         path M l vc A w/2 h/2 180 90 Q (hc+x1)/2 t x1 y1 Q r (vc+y1)/2 r vc A w/2 h/2 0 180 Z; text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "can",
        "adj: 25000; y1 = ss*pin(0, adj, 50000*h/ss)/200000; y3 = b-y1;
         path unstroked M l y1 A w/2 y1 180 -180 L r y3 A w/2 y1 0 180 Z;
         path lighten unstroked M l y1 A w/2 y1 180 360 Z;
         path none M r y1 A w/2 y1 0 360 L r y3 A w/2 y1 0 180 L l y1; text l y1*2 r y3;",
    ),
    (
        "cube",
        "adj: 25000; y = ss*pin(0, adj, 100000)/100000; x4 = r-y;
         path unstroked M l y L x4 y x4 b l b Z;
         path darkenLess unstroked M x4 y L r t r b-y x4 b Z;
         path lightenLess unstroked M l y L y t r t x4 y Z;
         path none M l y L y t r t r b-y x4 b l b Z M l y L x4 y r t M x4 y L x4 b; text l y x4 b;",
    ),
    (
        "leftBracket",
        "adj: 8333; y = ss*pin(0, adj, 50000*h/ss)/100000; dy = y*sin(45);
         path unstroked M r b A w y 90 90 L l y A w y 180 90 Z; path none M r b A w y 90 90 L l y A w y 180 90;
         text r-w*cos(45) y-dy r b-y+dy;",
    ),
    (
        "rightBracket",
        "adj: 8333; y = ss*pin(0, adj, 50000*h/ss)/100000; dy = y*sin(45);
         path unstroked M l t A w y 270 90 L r b-y A w y 0 90 Z; path none M l t A w y 270 90 L r b-y A w y 0 90;
         text l y-dy w*cos(45) b-y+dy;",
    ),
    (
        "leftBrace",
        "adj1: 8333; adj2: 50000; a2 = pin(0, adj2, 100000); y1 = ss*pin(0, adj1, min(100000-a2, a2)/2*h/ss)/100000; y4 = h*a2/100000+y1;
         dy = y1*sin(45);
         path unstroked M r b A w/2 y1 90 90 L hc y4 A w/2 y1 0 -90 A w/2 y1 90 -90 L hc y1 A w/2 y1 180 90 Z;
         path none M r b A w/2 y1 90 90 L hc y4 A w/2 y1 0 -90 A w/2 y1 90 -90 L hc y1 A w/2 y1 180 90;
         text r-w/2*cos(45) y1-dy r b-y1+dy;",
    ),
    (
        "rightBrace",
        "adj1: 8333; adj2: 50000; a2 = pin(0, adj2, 100000); y1 = ss*pin(0, adj1, min(100000-a2, a2)/2*h/ss)/100000; y2 = h*a2/100000-y1;
         dy = y1*sin(45);
         path unstroked M l t A w/2 y1 270 90 L hc y2 A w/2 y1 180 -90 A w/2 y1 270 -90 L hc b-y1 A w/2 y1 0 90 Z;
         path none M l t A w/2 y1 270 90 L hc y2 A w/2 y1 180 -90 A w/2 y1 270 -90 L hc b-y1 A w/2 y1 0 90;
         text l y1-dy w/2*cos(45) b-y1+dy;",
    ),
    (
        "bracketPair",
        "adj: 16667; x = ss*pin(0, adj, 50000)/100000; i = x*0.29289;
         path unstroked M l x A x x 180 90 L r-x t A x x 270 90 L r b-x A x x 0 90 L x b A x x 90 90 Z;
         path none M x b A x x 90 90 L l x A x x 180 90 M r-x t A x x 270 90 L r b-x A x x 0 90; text i i r-i b-i;",
    ),
    (
        "bracePair",
        "adj: 8333; x = ss*pin(0, adj, 25000)/100000; x2 = 2*x; x3 = r-x2; x4 = r-x; i = x*0.29289;
         path unstroked M x2 b A x x 90 90 L x vc+x A x x 0 -90 A x x 90 -90 L x x A x x 180 90 L x3 t A x x 270 90 L x4 vc-x
           A x x 180 -90 A x x 270 -90 L x4 b-x A x x 0 90 Z;
         path none M x2 b A x x 90 90 L x vc+x A x x 0 -90 A x x 90 -90 L x x A x x 180 90 M x3 t A x x 270 90 L x4 vc-x
           A x x 180 -90 A x x 270 -90 L x4 b-x A x x 0 90; text x+i x+i r-x-i b-i;",
    ),
];
