//! Rectangles, with corners that are rounded, cut or folded, and ellipses and lines.

use super::Family;

pub(super) const SHAPES: Family = &[
    ("rect", "path M l t L r t r b l b Z;"),
    ("line", "path none M l t L r b;"),
    ("lineInv", "path none M l b L r t;"),
    ("ellipse", "dx = w/2*cos(45); dy = h/2*sin(45); path M l vc A w/2 h/2 180 360 Z; text hc-dx vc-dy hc+dx vc+dy;"),
    (
        "roundRect",
        "adj: 16667; x1 = ss*pin(0, adj, 50000)/100000; i = x1*0.29289;
         path M l x1 A x1 x1 180 90 L r-x1 t A x1 x1 270 90 L r b-x1 A x1 x1 0 90 L x1 b A x1 x1 90 90 Z; text i i r-i b-i;",
    ),
    (
        "round1Rect",
        "adj: 16667; d = ss*pin(0, adj, 50000)/100000;
         path M l t L r-d t A d d 270 90 L r b l b Z; text l t r-d*0.29289 b;",
    ),
    (
        "round2SameRect",
        "adj1: 16667; adj2: 0; tx = ss*pin(0, adj1, 50000)/100000; bx = ss*pin(0, adj2, 50000)/100000;
         i = if(tx-bx, tx, bx)*0.29289;
         path M tx t L r-tx t A tx tx 270 90 L r b-bx A bx bx 0 90 L bx b A bx bx 90 90 L l tx A tx tx 180 90 Z;
         text i tx*0.29289 r-i b-bx*0.29289;",
    ),
    (
        "round2DiagRect",
        "adj1: 16667; adj2: 0; x1 = ss*pin(0, adj1, 50000)/100000; a = ss*pin(0, adj2, 50000)/100000; i = max(x1, a)*0.29289;
         path M x1 t L r-a t A a a 270 90 L r b-x1 A x1 x1 0 90 L a b A a a 90 90 L l x1 A x1 x1 180 90 Z; text i i r-i b-i;",
    ),
    (
        "snipRoundRect",
        "adj1: 16667; adj2: 16667; x1 = ss*pin(0, adj1, 50000)/100000; dx2 = ss*pin(0, adj2, 50000)/100000; i = x1*0.29289;
         path M x1 t L r-dx2 t r dx2 r b l b l x1 A x1 x1 180 90 Z; text i i r-dx2/2 b;",
    ),
    ("snip1Rect", "adj: 16667; d = ss*pin(0, adj, 50000)/100000; path M l t L r-d t r d r b l b Z; text l d/2 r-d/2 b;"),
    (
        "snip2SameRect",
        "adj1: 16667; adj2: 0; tx = ss*pin(0, adj1, 50000)/100000; bx = ss*pin(0, adj2, 50000)/100000; i = max(tx, bx)/2;
         path M tx t L r-tx t r tx r b-bx r-bx b bx b l b-bx l tx Z; text i tx/2 r-i b-bx/2;",
    ),
    (
        "snip2DiagRect",
        "adj1: 0; adj2: 16667; lx = ss*pin(0, adj1, 50000)/100000; rx = ss*pin(0, adj2, 50000)/100000; i = max(lx, rx)/2;
         path M lx t L r-rx t r rx r b-lx r-lx b rx b l b-rx l lx Z; text i i r-i b-i;",
    ),
    (
        "plaque",
        "adj: 16667; d = ss*pin(0, adj, 50000)/100000; i = d*0.70711;
         path M l d A d d 90 -90 L r-d t A d d 180 -90 L r b-d A d d 270 -90 L d b A d d 0 -90 Z; text i i r-i b-i;",
    ),
    (
        "frame",
        "adj1: 12500; x = ss*pin(0, adj1, 50000)/100000;
         path M l t L r t r b l b Z M x x L x b-x r-x b-x r-x x Z; text x x r-x b-x;",
    ),
    (
        "halfFrame",
        "adj1: 33333; adj2: 33333; x1 = ss*pin(0, adj2, 100000*w/ss)/100000;
         y1 = ss*pin(0, adj1, 100000*(h-h*x1/w)/ss)/100000;
         path M l t L r t r-y1*w/h y1 x1 y1 x1 b-x1*h/w l b Z;",
    ),
    (
        "corner",
        "adj1: 50000; adj2: 50000; x1 = ss*pin(0, adj2, 100000*w/ss)/100000; y1 = b-ss*pin(0, adj1, 100000*h/ss)/100000; d = w-h;
         path M l t L x1 t x1 y1 r y1 r b l b Z; text l if(d,y1,t) if(d,r,x1) b;",
    ),
    (
        "diagStripe",
        "adj: 50000; a = pin(0, adj, 100000); x2 = w*a/100000; y2 = h*a/100000;
         path M l y2 L x2 t r t l b Z; text l t (x2+r)/2 (y2+b)/2;",
    ),
    (
        "plus",
        "adj: 25000; x = ss*pin(0, adj, 50000)/100000; d = w-h;
         path M l x L x x x t r-x t r-x x r x r b-x r-x b-x r-x b x b x b-x l b-x Z;
         text if(d,l,x) if(d,x,t) if(d,r,r-x) if(d,b-x,b);",
    ),
    (
        "foldedCorner",
        "adj: 16667; dy2 = ss*pin(0, adj, 50000)/100000; dy1 = dy2/5; x1 = r-dy2; x2 = x1+dy1; y2 = b-dy2; y1 = y2+dy1;
         path unstroked M l t L r t r y2 x1 b l b Z;
         path darkenLess unstroked M x1 b L x2 y1 r y2 Z;
         path none M x1 b L x2 y1 r y2 x1 b l b l t r t r y2; text l t r y2;",
    ),
    (
        "bevel",
        "adj: 12500; x1 = ss*pin(0, adj, 50000)/100000; x2 = r-x1; y2 = b-x1;
         path unstroked M x1 x1 L x2 x1 x2 y2 x1 y2 Z;
         path lightenLess unstroked M l t L r t x2 x1 x1 x1 Z;
         path darkenLess unstroked M l b L x1 y2 x2 y2 r b Z;
         path lighten unstroked M l t L x1 x1 x1 y2 l b Z;
         path darken unstroked M r t L r b x2 y2 x2 x1 Z;
         path none M l t L r t r b l b Z M x1 x1 L x2 x1 x2 y2 x1 y2 Z M l t L x1 x1 M l b L x1 y2 M r t L x2 x1 M r b L x2 y2;
         text x1 x1 x2 y2;",
    ),
    (
        "cornerTabs",
        "d = mod(w, h)/20; x = r-d; y = b-d;
         path M l t L d t l d Z M l y L d b l b Z M x t L r t r d Z M r y L r b x b Z; text d d x y;",
    ),
    (
        "squareTabs",
        "d = mod(w, h)/20; x = r-d; y = b-d;
         path M l t L d t d d l d Z M l y L d y d b l b Z M x t L r t r d x d Z M x y L r y r b x b Z; text d d x y;",
    ),
    (
        "plaqueTabs",
        "d = mod(w, h)/20; x = r-d; y = b-d;
         path M l t L d t A d d 0 90 Z M l y A d d 270 90 L l b Z M r t L r d A d d 90 90 Z M x b A d d 180 90 L r b Z; text d d x y;",
    ),
];
