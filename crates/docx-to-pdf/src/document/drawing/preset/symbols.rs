//! Signs of everyday and of mathematics, and marks of charts.

use super::Family;

pub(super) const SHAPES: Family = &[
    (
        "heart",
        "dx1 = w*49/48; dx2 = w*10/48; path M hc h/4 C hc+dx2 -h/3 hc+dx1 h/4 hc b hc-dx1 h/4 hc-dx2 -h/3 hc h/4 Z;
         text w/6 h/4 w*5/6 h*2/3;",
    ),
    (
        "lightningBolt",
        "path in 21600 M 8472 0 L 12860 6080 11050 6797 16577 12007 14767 12877 21600 21600 10012 14915 12222 13987 5022 9705 7602 8382
           0 3890 Z; text w*8757/21600 h*7437/21600 w*13917/21600 h*14277/21600;",
    ),
    (
        "sun",
        "adj: 25000; a = pin(12500, adj, 46875)/100000; g0 = 0.5-a; g10 = (0.5-g0*30274/32768)*3/4; g11 = (0.5-g0*12540/32768)*3/4;
         g12 = g10+0.03662; g13 = g11+0.03662; g14 = g11+0.125; g7 = g0*23170/32768; ox = w*3163/21600; oy = h*3163/21600;
         x10 = w*g10; x12 = w*g12; x13 = w*g13; x14 = w*g14; y10 = h*g10; y12 = h*g12; y13 = h*g13; y14 = h*g14;
         path M r vc L r-x10 b-y14 r-x10 y14 Z M r-ox oy L r-x12 y13 r-x13 y12 Z M hc t L r-x14 y10 x14 y10 Z M ox oy L x13 y12 x12 y13 Z
           M l vc L x10 y14 x10 b-y14 Z M ox b-oy L x12 b-y13 x13 b-y12 Z M hc b L x14 b-y10 r-x14 b-y10 Z
           M r-ox b-oy L r-x13 b-y12 r-x12 b-y13 Z M w*a vc A w*g0 h*g0 180 360 Z; text w*(0.5-g7) h*(0.5-g7) w*(0.5+g7) h*(0.5+g7);",
    ),
    (
        "moon",
        "adj: 50000; g0 = ss*pin(0, adj, 87500)/100000; g1 = ss-g0; g5 = 2*ss*ss/g1-g0*g0/g1; g8 = g5/2-g0; dy1 = g8*h/2/ss;
         rx = (g5-2*g0)/2*w/ss; x0 = g0*w/ss; cx = x0+rx; st = at2(w-cx, -h/2); sw = -turn(2*st); g12 = g0*9598/32768;
         g13 = ss-g12; dy4 = sqrt(ss*ss-g13*g13)*h/2/ss;
         path M r b A w h/2 90 180 A rx dy1 st sw Z; text g12*w/ss vc-dy4 x0 vc+dy4;",
    ),
    (
        "smileyFace",
        "adj: 4653; a = pin(-4653, adj, 4653); x1 = w*4969/21600; x4 = w*16640/21600; y1 = h*7570/21600; y3 = h*16515/21600;
         dy = h*a/100000;
         y2 = y3-dy; y5 = y3+3*dy; dx = w/2*cos(45); iy = h/2*sin(45); wR = w*1125/21600; hR = h*1125/21600;
         path unstroked M l vc A w/2 h/2 180 360 Z;
         path darkenLess M w*6215/21600 y1 A wR hR 180 360 Z M w*13135/21600 y1 A wR hR 180 360 Z;
         path none M x1 y2 Q hc y5 x4 y2; path none M l vc A w/2 h/2 180 360 Z; text hc-dx vc-iy hc+dx vc+iy;",
    ),
    (
        "irregularSeal1",
        "path in 21600 M 10800 5800 L 14522 0 14155 5325 18380 4457 16702 7315 21097 8137 17607 10475 21600 13290 16837 12942 18145 18095
           14020 14457 13247 19737 10532 14935 8485 21600 7715 15627 4762 17617 5667 13937 135 14587 3722 11775 0 8615 4627 7617 370 2295
           7312 6320 8352 2295 Z; text w*4627/21600 h*6320/21600 w*16702/21600 h*13937/21600;",
    ),
    (
        "irregularSeal2",
        "path in 21600 M 11462 4342 L 14790 0 14525 5777 18007 3172 16380 6532 21600 6645 16985 9402 18270 11290 16380 12310 18877 15632
           14640 14350 14942 17370 12180 15935 11612 18842 9872 17370 8700 19712 7527 18125 4917 21600 4805 18240 1285 17825 3330 15370
           0 12877 3935 11592 1172 8270 5372 7817 4502 3625 8550 6382 9722 1887 Z;
         text w*5372/21600 h*6382/21600 w*14640/21600 h*15935/21600;",
    ),
    (
        "funnel",
        "d = ss/20; da = at2(w/2*cos(8), h/4*sin(8)); rx = w/2-d; ry = h/4-d; n = w/2*h/4/mod(h/4*cos(da), w/2*sin(da));
         rw = w/8; rh = h/16; m = rw*rh/mod(rh*cos(da), rw*sin(da));
         path M hc-n*cos(da) h/4+n*sin(da) A w/2 h/4 180-da 180+2*da L hc+m*cos(da) b-rh+m*sin(da) A rw rh da 180-2*da Z
           M hc-rx h/4 A rx ry 180 -360 Z;",
    ),
    (
        "mathPlus",
        "adj1: 23520; dx1 = w*73490/200000; dy1 = h*73490/200000; d = ss*pin(0, adj1, 73490)/200000; x1 = hc-dx1; x2 = hc-d; x3 = hc+d;
         x4 = hc+dx1; y1 = vc-dy1; y2 = vc-d; y3 = vc+d; y4 = vc+dy1;
         path M x1 y2 L x2 y2 x2 y1 x3 y1 x3 y2 x4 y2 x4 y3 x3 y3 x3 y4 x2 y4 x2 y3 x1 y3 Z; text x1 y2 x4 y3;",
    ),
    (
        "mathMinus",
        "adj1: 23520; dy = h*pin(0, adj1, 100000)/200000; dx = w*73490/200000; path M hc-dx vc-dy L hc+dx vc-dy hc+dx vc+dy hc-dx vc+dy Z;
         text hc-dx vc-dy hc+dx vc+dy;",
    ),
    (
        "mathMultiply",
        "adj1: 23520; th = ss*pin(0, adj1, 51965)/100000; a = at2(w, h); lM = mod(w, h)*48035/100000; xM = cos(a)*lM/2; yM = sin(a)*lM/2;
         dx = sin(a)*th/2; dy = cos(a)*th/2; xA = xM-dx; yA = yM+dy; xB = xM+dx; yB = yM-dy; yC = (hc-xB)*tan(a)+yB; xE = r-xA;
         xFE = (vc-yA)/tan(a);
         path M xA yA L xB yB hc yC r-xB yB xE yA xE-xFE vc xE b-yA r-xB b-yB hc b-yC xB b-yB xA b-yA xA+xFE vc Z; text xA yB xE b-yB;",
    ),
    (
        "mathDivide",
        "adj1: 23520; adj2: 5880; adj3: 11760; a1 = pin(1000, adj1, 36745); a3 = pin(1000, adj3, min((73490-a1)/4, 36745*w/h));
         a2 = pin(0, adj2, 73490-4*a3-a1); dy = h*a1/200000; rad = h*a3/100000; dx = w*73490/200000; y3 = vc-dy; y4 = vc+dy;
         y1 = y3-h*a2/100000-2*rad; x1 = hc-dx; x3 = hc+dx;
         path M hc y1 A rad rad 270 360 Z M hc b-y1 A rad rad 90 360 Z M x1 y3 L x3 y3 x3 y4 x1 y4 Z; text x1 y3 x3 y4;",
    ),
    (
        "mathEqual",
        "adj1: 23520; adj2: 11760; a1 = pin(0, adj1, 36745); dy1 = h*a1/100000; dy2 = h*pin(0, adj2, 100000-2*a1)/200000;
         dx = w*73490/200000;
         x1 = hc-dx; x2 = hc+dx; y2 = vc-dy2; y3 = vc+dy2; y1 = y2-dy1; y4 = y3+dy1;
         path M x1 y1 L x2 y1 x2 y2 x1 y2 Z M x1 y3 L x2 y3 x2 y4 x1 y4 Z; text x1 y1 x2 y4;",
    ),
    (
        "mathNotEqual",
        "adj1: 23520; adj2: 6600000; adj3: 11760; a1 = pin(0, adj1, 50000); lean = pin(4200000, adj2, 6600000)/60000-90;
         dy1 = h*a1/100000; dy2 = h*pin(0, adj3, 100000-2*a1)/200000; dx = w*73490/200000; x1 = hc-dx; x8 = hc+dx; y2 = vc-dy2;
         y3 = vc+dy2;
         y1 = y2-dy1; y4 = y3+dy1; xa = h/2*tan(lean); len = mod(xa, h/2); bhw = len*dy1/(h/2); x7 = hc+xa-bhw/2; s = xa/(h/2);
         x6 = x7-s*y1; x5 = x7-s*y2; x4 = x7-s*y3; x3 = x7-s*y4; rx7 = x7+bhw; d7 = dy1*(h/2)/len; rx = if(lean, x7+d7, rx7);
         lx = if(lean, x7, rx7-d7); dy3 = dy1*xa/len; ry = if(lean, dy3, t); ly = if(lean, t, -dy3);
         path M x1 y1 L x6 y1 lx ly rx ry x6+bhw y1 x8 y1 x8 y2 x5+bhw y2 x4+bhw y3 x8 y3 x8 y4 x3+bhw y4 w-lx h-ly w-rx h-ry x3 y4 x1 y4
           x1 y3 x4 y3 x5 y2 x1 y2 Z; text x1 y1 x8 y4;",
    ),
    // The standard has these the other way round, so that the fill would cover the lines; LibreOffice shows them.
    ("chartPlus", "path unstroked M l t L l b r b r t Z; path none M hc t L hc b M l vc L r vc;"),
    ("chartStar", "path unstroked M l t L l b r b r t Z; path none M l t L r b M l b L r t M hc t L hc b;"),
    ("chartX", "path unstroked M l t L l b r b r t Z; path none M l t L r b M l b L r t;"),
];
