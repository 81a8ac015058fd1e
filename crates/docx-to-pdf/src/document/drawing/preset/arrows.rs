//! Block arrows, bent, curved and circular ones, and arrows that carry a box.

use super::Family;

pub(super) const SHAPES: Family = &[
    (
        "rightArrow",
        "adj1: 50000; adj2: 50000; dx = ss*pin(0, adj2, 100000*w/ss)/100000; x1 = r-dx; dy = h*pin(0, adj1, 100000)/200000;
         y1 = vc-dy; y2 = vc+dy;
         path M l y1 L x1 y1 x1 t r vc x1 b x1 y2 l y2 Z; text l y1 x1+y1*dx/(h/2) y2;",
    ),
    (
        "leftArrow",
        "adj1: 50000; adj2: 50000; x2 = ss*pin(0, adj2, 100000*w/ss)/100000; dy = h*pin(0, adj1, 100000)/200000; y1 = vc-dy; y2 = vc+dy;
         path M l vc L x2 t x2 y1 r y1 r y2 x2 y2 x2 b Z; text x2-y1*x2/(h/2) y1 r y2;",
    ),
    (
        "upArrow",
        "adj1: 50000; adj2: 50000; y2 = ss*pin(0, adj2, 100000*h/ss)/100000; dx = w*pin(0, adj1, 100000)/200000; x1 = hc-dx; x2 = hc+dx;
         path M l y2 L hc t r y2 x2 y2 x2 b x1 b x1 y2 Z; text x1 y2-x1*y2/(w/2) x2 b;",
    ),
    (
        "downArrow",
        "adj1: 50000; adj2: 50000; dy = ss*pin(0, adj2, 100000*h/ss)/100000; y1 = b-dy; dx = w*pin(0, adj1, 100000)/200000;
         x1 = hc-dx; x2 = hc+dx;
         path M l y1 L x1 y1 x1 t x2 t x2 y1 r y1 hc b Z; text x1 t x2 y1+x1*dy/(w/2);",
    ),
    (
        "leftRightArrow",
        "adj1: 50000; adj2: 50000; x2 = ss*pin(0, adj2, 50000*w/ss)/100000; x3 = r-x2; dy = h*pin(0, adj1, 100000)/200000;
         y1 = vc-dy; y2 = vc+dy; dx = y1*x2/(h/2);
         path M l vc L x2 t x2 y1 x3 y1 x3 t r vc x3 b x3 y2 x2 y2 x2 b Z; text x2-dx y1 x3+dx y2;",
    ),
    (
        "upDownArrow",
        "adj1: 50000; adj2: 50000; y2 = ss*pin(0, adj2, 50000*h/ss)/100000; y3 = b-y2; dx = w*pin(0, adj1, 100000)/200000;
         x1 = hc-dx; x2 = hc+dx; dy = x1*y2/(w/2);
         path M l y2 L hc t r y2 x2 y2 x2 y3 r y3 hc b l y3 x1 y3 x1 y2 Z; text x1 y2-dy x2 y3+dy;",
    ),
    (
        "stripedRightArrow",
        "adj1: 50000; adj2: 50000; x4 = ss*5/32; dx5 = ss*pin(0, adj2, 84375*w/ss)/100000; x5 = r-dx5;
         dy = h*pin(0, adj1, 100000)/200000; y1 = vc-dy; y2 = vc+dy;
         path M l y1 L ss/32 y1 ss/32 y2 l y2 Z M ss/16 y1 L ss/8 y1 ss/8 y2 ss/16 y2 Z
           M x4 y1 L x5 y1 x5 t r vc x5 b x5 y2 x4 y2 Z; text x4 y1 r-dy*dx5/(h/2) y2;",
    ),
    (
        "notchedRightArrow",
        "adj1: 50000; adj2: 50000; dx2 = ss*pin(0, adj2, 100000*w/ss)/100000; x2 = r-dx2; dy = h*pin(0, adj1, 100000)/200000;
         y1 = vc-dy; y2 = vc+dy; x1 = dy*dx2/(h/2);
         path M l y1 L x2 y1 x2 t r vc x2 b x2 y2 l y2 x1 vc Z; text x1 y1 r-x1 y2;",
    ),
    (
        "bentUpArrow",
        "adj1: 25000; adj2: 25000; adj3: 25000; a1 = pin(0, adj1, 50000); a2 = pin(0, adj2, 50000); y1 = ss*pin(0, adj3, 50000)/100000;
         x1 = r-ss*a2/50000; x3 = r-ss*a2/100000; dx2 = ss*a1/200000; x2 = x3-dx2; x4 = x3+dx2; y2 = b-ss*a1/100000;
         path M l y2 L x2 y2 x2 y1 x1 y1 x3 t r y1 x4 y1 x4 b l b Z; text l y2 x4 b;",
    ),
    (
        "leftUpArrow",
        "adj1: 25000; adj2: 25000; adj3: 25000; a2 = pin(0, adj2, 50000); a1 = pin(0, adj1, 2*a2);
         x1 = ss*pin(0, adj3, 100000-2*a2)/100000;
         dx2 = ss*a2/50000; x2 = r-dx2; y2 = b-dx2; x4 = r-dx2/2; y4 = b-dx2/2; d = ss*a1/200000;
         x3 = x4-d; x5 = x4+d; y3 = y4-d; y5 = y4+d;
         path M l y4 L x1 y2 x1 y3 x3 y3 x3 x1 x2 x1 x4 t r x1 x5 x1 x5 y5 x1 y5 x1 b Z; text d*x1/(dx2/2) y3 x4 y5;",
    ),
    (
        "leftRightUpArrow",
        "adj1: 25000; adj2: 25000; adj3: 25000; a2 = pin(0, adj2, 50000); a1 = pin(0, adj1, 2*a2);
         x1 = ss*pin(0, adj3, (100000-2*a2)/2)/100000;
         dx2 = ss*a2/100000; x2 = hc-dx2; x5 = hc+dx2; d = ss*a1/200000; x3 = hc-d; x4 = hc+d; x6 = r-x1;
         y2 = b-2*dx2; y4 = b-dx2; y3 = y4-d; y5 = y4+d; il = d*x1/dx2;
         path M l y4 L x1 y2 x1 y3 x3 y3 x3 x1 x2 x1 hc t x5 x1 x4 x1 x4 y3 x6 y3 x6 y2 r y4 x6 b x6 y5 x1 y5 x1 b Z;
         text il y3 r-il y5;",
    ),
    (
        "quadArrow",
        "adj1: 22500; adj2: 22500; adj3: 22500; a2 = pin(0, adj2, 50000); a1 = pin(0, adj1, 2*a2);
         x1 = ss*pin(0, adj3, (100000-2*a2)/2)/100000;
         dx2 = ss*a2/100000; x2 = hc-dx2; x5 = hc+dx2; d = ss*a1/200000; x3 = hc-d; x4 = hc+d; x6 = r-x1;
         y2 = vc-dx2; y5 = vc+dx2; y3 = vc-d; y4 = vc+d; y6 = b-x1; il = d*x1/dx2;
         path M l vc L x1 y2 x1 y3 x3 y3 x3 x1 x2 x1 hc t x5 x1 x4 x1 x4 y3 x6 y3 x6 y2 r vc x6 y5 x6 y4 x4 y4 x4 y6 x5 y6 hc b
           x2 y6 x3 y6 x3 y4 x1 y4 x1 y5 Z; text il y3 r-il y4;",
    ),
    (
        "leftArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 64977; a2 = pin(0, adj2, 50000*h/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 100000*w/ss); a4 = pin(0, adj4, 100000-a3*ss/w); dy1 = ss*a2/100000; dy2 = ss*a1/200000;
         x1 = ss*a3/100000; x2 = r-w*a4/100000;
         path M l vc L x1 vc-dy1 x1 vc-dy2 x2 vc-dy2 x2 t r t r b x2 b x2 vc+dy2 x1 vc+dy2 x1 vc+dy1 Z; text x2 t r b;",
    ),
    (
        "rightArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 64977; a2 = pin(0, adj2, 50000*h/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 100000*w/ss); a4 = pin(0, adj4, 100000-a3*ss/w); dy1 = ss*a2/100000; dy2 = ss*a1/200000;
         x3 = r-ss*a3/100000; x2 = w*a4/100000;
         path M l t L x2 t x2 vc-dy2 x3 vc-dy2 x3 vc-dy1 r vc x3 vc+dy1 x3 vc+dy2 x2 vc+dy2 x2 b l b Z; text l t x2 b;",
    ),
    (
        "upArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 64977; a2 = pin(0, adj2, 50000*w/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 100000*h/ss); a4 = pin(0, adj4, 100000-a3*ss/h); dx1 = ss*a2/100000; dx2 = ss*a1/200000;
         y1 = ss*a3/100000; y2 = b-h*a4/100000;
         path M l y2 L hc-dx2 y2 hc-dx2 y1 hc-dx1 y1 hc t hc+dx1 y1 hc+dx2 y1 hc+dx2 y2 r y2 r b l b Z; text l y2 r b;",
    ),
    (
        "downArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 64977; a2 = pin(0, adj2, 50000*w/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 100000*h/ss); a4 = pin(0, adj4, 100000-a3*ss/h); dx1 = ss*a2/100000; dx2 = ss*a1/200000;
         y3 = b-ss*a3/100000; y2 = h*a4/100000;
         path M l t L r t r y2 hc+dx2 y2 hc+dx2 y3 hc+dx1 y3 hc b hc-dx1 y3 hc-dx2 y3 hc-dx2 y2 l y2 Z; text l t r y2;",
    ),
    (
        "leftRightArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 48123; a2 = pin(0, adj2, 50000*h/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 50000*w/ss); a4 = pin(0, adj4, 100000-a3*ss/(w/2)); dy1 = ss*a2/100000; dy2 = ss*a1/200000;
         x1 = ss*a3/100000; x4 = r-x1; dx2 = w*a4/200000; x2 = hc-dx2; x3 = hc+dx2; y1 = vc-dy1; y2 = vc-dy2; y3 = vc+dy2; y4 = vc+dy1;
         path M l vc L x1 y1 x1 y2 x2 y2 x2 t x3 t x3 y2 x4 y2 x4 y1 r vc x4 y4 x4 y3 x3 y3 x3 b x2 b x2 y3 x1 y3 x1 y4 Z;
         text x2 t x3 b;",
    ),
    (
        "upDownArrowCallout",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 48123; a2 = pin(0, adj2, 50000*w/ss); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 50000*h/ss); a4 = pin(0, adj4, 100000-a3*ss/(h/2)); dx1 = ss*a2/100000; dx2 = ss*a1/200000;
         y1 = ss*a3/100000; y4 = b-y1; dy2 = h*a4/200000; y2 = vc-dy2; y3 = vc+dy2; x1 = hc-dx1; x2 = hc-dx2; x3 = hc+dx2; x4 = hc+dx1;
         path M l y2 L x2 y2 x2 y1 x1 y1 hc t x4 y1 x3 y1 x3 y2 r y2 r y3 x3 y3 x3 y4 x4 y4 hc b x1 y4 x2 y4 x2 y3 l y3 Z;
         text l y2 r y3;",
    ),
    (
        "quadArrowCallout",
        "adj1: 18515; adj2: 18515; adj3: 18515; adj4: 48123; a2 = pin(0, adj2, 50000); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, 50000-a2); a4 = pin(a1, adj4, 100000-2*a3); dx2 = ss*a2/100000; dx3 = ss*a1/200000; ah = ss*a3/100000;
         dx1 = w*a4/200000; dy1 = h*a4/200000; x8 = r-ah; x2 = hc-dx1; x7 = hc+dx1; x3 = hc-dx2; x6 = hc+dx2; x4 = hc-dx3; x5 = hc+dx3;
         y8 = b-ah; y2 = vc-dy1; y7 = vc+dy1; y3 = vc-dx2; y6 = vc+dx2; y4 = vc-dx3; y5 = vc+dx3;
         path M l vc L ah y3 ah y4 x2 y4 x2 y2 x4 y2 x4 ah x3 ah hc t x6 ah x5 ah x5 y2 x7 y2 x7 y4 x8 y4 x8 y3 r vc
           x8 y6 x8 y5 x7 y5 x7 y7 x5 y7 x5 y8 x6 y8 hc b x3 y8 x4 y8 x4 y7 x2 y7 x2 y5 ah y5 ah y6 Z; text x2 y2 x7 y7;",
    ),
    (
        "bentArrow",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 43750; a2 = pin(0, adj2, 50000); a1 = pin(0, adj1, 2*a2); th = ss*a1/100000;
         aw2 = ss*a2/100000; dh2 = aw2-th/2; ah = ss*pin(0, adj3, 50000)/100000; bs = min(r-ah, b-dh2);
         bd = ss*pin(0, adj4, 100000*bs/ss)/100000; bd2 = max(bd-th, 0); x4 = r-ah; y3 = dh2+th;
         path M l b L l dh2+bd A bd bd 180 90 L x4 dh2 x4 t r aw2 x4 y3+dh2 x4 y3 th+bd2 y3 A bd2 bd2 270 -90 L th b Z;",
    ),
    (
        "uturnArrow",
        "adj1: 25000; adj2: 25000; adj3: 25000; adj4: 43750; adj5: 75000; a2 = pin(0, adj2, 25000); a1 = pin(0, adj1, 2*a2);
         a3 = pin(0, adj3, (100000-a1*ss/h)*h/ss); a5 = pin((a3+a1)*ss/h, adj5, 100000); th = ss*a1/100000; aw2 = ss*a2/100000;
         dh2 = aw2-th/2; y5 = h*a5/100000; y4 = y5-ss*a3/100000; x9 = r-dh2; bd = ss*pin(0, adj4, min(x9/2, y4)*100000/ss)/100000;
         bd2 = max(bd-th, 0); x3 = th+bd2; x8 = r-aw2; x6 = x8-aw2; x7 = x6+dh2;
         path M l b L l bd A bd bd 180 90 L x9-bd t A bd bd 270 90 L x9 y4 r y4 x8 y5 x6 y4 x7 y4 x7 x3 A bd2 bd2 0 -90 L x3 th
           A bd2 bd2 270 -90 L th b Z;",
    ),
    // The circular ones: a band between two ellipses, and heads whose base stands on the band and whose tips point on along it.
    // A head that is narrower than the band is there is as broad as the band.
    (
        "circularArrow",
        "adj1: 12500; adj2: 1142319; adj3: 20457681; adj4: 10800000; adj5: 12500; a5 = pin(0, adj5, 25000);
         th = ss*pin(0, adj1, 2*a5)/100000;
         thh = ss*a5/100000; en = pin(1, adj3, 21599999)/60000; st = pin(0, adj4, 21599999)/60000;
         rx1 = w/2+th/2-thh; ry1 = h/2+th/2-thh; rx2 = rx1-th; ry2 = ry1-th; rx3 = rx2+th/2; ry3 = ry2+th/2;
         nH = at2(ry3*cos(en), rx3*sin(en)); xH = rx3*cos(nH); yH = ry3*sin(nH);
         rI = min(rx2, ry2); u4 = xH*xH-rI*rI; u5 = yH*yH-rI*rI; u9 = sqrt(1-u4/xH/xH*u5/yH/yH); u12 = (1+u9)/(u4/xH/yH);
         u18 = turn(at2(1, u12)-en); pt = en+pin(0, adj2/60000, abs(if(u18-180, u18-360, u18)));
         nA = at2(ry3*cos(pt), rx3*sin(pt)); nE = at2(ry1*cos(st), rx1*sin(st)); dx = thh*cos(pt); dy = thh*sin(pt);
         xG = xH+dx; yG = yH+dy; xB = xH-dx; yB = yH-dy;
         xF = meetx(xB, yB, xG, yG, rx1, ry1); yF = meety(xB, yB, xG, yG, rx1, ry1);
         xC = meetx(xG, yG, xB, yB, rx2, ry2); yC = meety(xG, yG, xB, yB, rx2, ry2); stI = at2(xC, yC);
         q = mod(xF-xC, yF-yC)/2-thh; ix = rx1*cos(45); iy = ry1*sin(45);
         path M hc+rx1*cos(nE) vc+ry1*sin(nE) A rx1 ry1 st turn(at2(xF,yF)-st) L hc+if(q,xF,xG) vc+if(q,yF,yG)
           hc+rx3*cos(nA) vc+ry3*sin(nA) hc+if(q,xC,xB) vc+if(q,yC,yB) hc+xC vc+yC A rx2 ry2 stI -turn(stI-st) Z;
         text hc-ix vc-iy hc+ix vc+iy;",
    ),
    (
        "leftCircularArrow",
        "adj1: 12500; adj2: -1142319; adj3: 1142319; adj4: 10800000; adj5: 12500; a5 = pin(0, adj5, 25000);
         th = ss*pin(0, adj1, 2*a5)/100000;
         thh = ss*a5/100000; en = pin(1, adj3, 21599999)/60000; st = pin(0, adj4, 21599999)/60000;
         rx1 = w/2+th/2-thh; ry1 = h/2+th/2-thh; rx2 = rx1-th; ry2 = ry1-th; rx3 = rx2+th/2; ry3 = ry2+th/2;
         nH = at2(ry3*cos(en), rx3*sin(en)); xH = rx3*cos(nH); yH = ry3*sin(nH);
         rI = min(rx2, ry2); u4 = xH*xH-rI*rI; u5 = yH*yH-rI*rI; u9 = sqrt(1-u4/xH/xH*u5/yH/yH); u12 = (1+u9)/(u4/xH/yH);
         u18 = turn(at2(1, u12)-en); most = abs(if(u18-180, u18-360, u18)); pt = en+pin(-most, adj2/60000, 0);
         nA = at2(ry3*cos(pt), rx3*sin(pt)); nE = at2(ry1*cos(st), rx1*sin(st)); dx = thh*cos(pt); dy = thh*sin(pt);
         xG = xH+dx; yG = yH+dy; xB = xH-dx; yB = yH-dy;
         xF = meetx(xB, yB, xG, yG, rx1, ry1); yF = meety(xB, yB, xG, yG, rx1, ry1);
         xC = meetx(xG, yG, xB, yB, rx2, ry2); yC = meety(xG, yG, xB, yB, rx2, ry2); stI = at2(xC, yC);
         q = mod(xF-xC, yF-yC)/2-thh; ix = rx1*cos(45); iy = ry1*sin(45);
         path M hc+rx1*cos(nE) vc+ry1*sin(nE) A rx1 ry1 st -turn(st-at2(xF,yF)) L hc+if(q,xF,xG) vc+if(q,yF,yG)
           hc+rx3*cos(nA) vc+ry3*sin(nA) hc+if(q,xC,xB) vc+if(q,yC,yB) hc+xC vc+yC A rx2 ry2 stI turn(st-stI) Z;
         text hc-ix vc-iy hc+ix vc+iy;",
    ),
    (
        "leftRightCircularArrow",
        "adj1: 12500; adj2: 1142319; adj3: 20457681; adj4: 11942319; adj5: 12500; a5 = pin(0, adj5, 25000);
         th = ss*pin(0, adj1, 2*a5)/100000;
         thh = ss*a5/100000; en = pin(1, adj3, 21599999)/60000; st = pin(0, adj4, 21599999)/60000;
         rx1 = w/2+th/2-thh; ry1 = h/2+th/2-thh; rx2 = rx1-th; ry2 = ry1-th; rx3 = rx2+th/2; ry3 = ry2+th/2;
         nH = at2(ry3*cos(en), rx3*sin(en)); xH = rx3*cos(nH); yH = ry3*sin(nH);
         rI = min(rx2, ry2); u4 = xH*xH-rI*rI; u5 = yH*yH-rI*rI; u9 = sqrt(1-u4/xH/xH*u5/yH/yH); u12 = (1+u9)/(u4/xH/yH);
         u18 = turn(at2(1, u12)-en); a = pin(0, adj2/60000, abs(if(u18-180, u18-360, u18))); pt = en+a; ps = st-a;
         nA = at2(ry3*cos(pt), rx3*sin(pt)); dx = thh*cos(pt); dy = thh*sin(pt); xG = xH+dx; yG = yH+dy; xB = xH-dx; yB = yH-dy;
         xF = meetx(xB, yB, xG, yG, rx1, ry1); yF = meety(xB, yB, xG, yG, rx1, ry1);
         xC = meetx(xG, yG, xB, yB, rx2, ry2); yC = meety(xG, yG, xB, yB, rx2, ry2); stI = at2(xC, yC);
         q = mod(xF-xC, yF-yC)/2-thh;
         nK = at2(ry3*cos(st), rx3*sin(st)); xK = rx3*cos(nK); yK = ry3*sin(nK); nD = at2(ry3*cos(ps), rx3*sin(ps));
         ex = thh*cos(ps); ey = thh*sin(ps); xP = xK+ex; yP = yK+ey; xQ = xK-ex; yQ = yK-ey;
         s2 = turn(st-at2(xF, yF)+en); nE = at2(ry1*cos(s2), rx1*sin(s2)); xE = rx1*cos(nE); yE = ry1*sin(nE);
         s3 = st-stI+en; nV = at2(ry2*cos(s3), rx2*sin(s3)); xV = rx2*cos(nV); yV = ry2*sin(nV); ix = rx1*cos(45); iy = ry1*sin(45);
         path M hc+rx3*cos(nD) vc+ry3*sin(nD) L hc+if(q,xE,xP) vc+if(q,yE,yP) hc+xE vc+yE A rx1 ry1 s2 turn(at2(xF,yF)-s2)
           L hc+if(q,xF,xG) vc+if(q,yF,yG) hc+rx3*cos(nA) vc+ry3*sin(nA) hc+if(q,xC,xB) vc+if(q,yC,yB) hc+xC vc+yC
           A rx2 ry2 stI -turn(stI-s3) L hc+if(q,xV,xQ) vc+if(q,yV,yQ) Z;
         text hc-ix vc-iy hc+ix vc+iy;",
    ),
    // The curved ones: two quarters of ellipses, the one behind the other darker. To the right and down the front one reaches to the bend,
    // to the left and up only to where they cross.
    (
        "curvedRightArrow",
        "adj1: 25000; adj2: 50000; adj3: 25000; a2 = pin(0, adj2, 50000*h/ss); th = ss*pin(0, adj1, a2)/100000; aw = ss*a2/100000;
         hR = h/2-(th+aw)/4; q7 = hR*2; idx = sqrt(q7*q7-th*th)*w/q7; ah = ss*pin(0, adj3, 100000*idx/ss)/100000; y3 = hR+th;
         dy = sqrt(w*w-ah*ah)*hR/w; y5 = hR+dy; y7 = y3+dy; dh = (aw-th)/2; x1 = r-ah; sw = at2(ah, dy); dang = at2(idx, th/2);
         path unstroked M l hR A w hR 180 -sw L x1 y5-dh r b-aw/2 x1 y7+dh x1 y7 A w hR 180-sw sw Z;
         path darkenLess unstroked M r th A w hR 270 dang-90 A w hR 180-dang 90+dang Z;
         path none M l hR A w hR 180 -sw L x1 y5-dh r b-aw/2 x1 y7+dh x1 y7 A w hR 180-sw sw L l hR A w hR 180 90 L r th
           A w hR 270 dang-90;",
    ),
    (
        "curvedLeftArrow",
        "adj1: 25000; adj2: 50000; adj3: 25000; a2 = pin(0, adj2, 50000*h/ss); th = ss*pin(0, adj1, a2)/100000; aw = ss*a2/100000;
         hR = h/2-(th+aw)/4; q7 = hR*2; idx = sqrt(q7*q7-th*th)*w/q7; x1 = ss*pin(0, adj3, 100000*idx/ss)/100000; y3 = hR+th;
         dy = sqrt(w*w-x1*x1)*hR/w; y5 = hR+dy; y7 = y3+dy; dh = (aw-th)/2; sw = at2(x1, dy); dang = at2(idx, th/2);
         path unstroked M l b-aw/2 L x1 y5-dh x1 y5 A w hR sw dang-sw w hR -dang sw+dang L x1 y7+dh Z;
         path darkenLess unstroked M r y3 A w hR 0 -90 L l t A w hR 270 90 Z;
         path none M r y3 A w hR 0 -90 L l t A w hR 270 90 L r y3 A w hR 0 sw L x1 y7+dh l b-aw/2 x1 y5-dh x1 y5 A w hR sw dang-sw;",
    ),
    (
        "curvedDownArrow",
        "adj1: 25000; adj2: 50000; adj3: 25000; a2 = pin(0, adj2, 50000*w/ss); th = ss*pin(0, adj1, 100000)/100000; aw = ss*a2/100000;
         wR = w/2-(th+aw)/4; q7 = wR*2; idy = sqrt(q7*q7-th*th)*h/q7; ah = ss*pin(0, adj3, 100000*idy/ss)/100000; x3 = wR+th;
         dx = sqrt(h*h-ah*ah)*wR/h; x5 = wR+dx; x7 = x3+dx; dh = (aw-th)/2; y1 = b-ah; sw = at2(ah, dx); dang = at2(idy, th/2);
         path unstroked M wR t A wR h 270 sw L x5-dh y1 r-aw/2 b x7+dh y1 x7 y1 A wR h 270+sw -sw Z;
         path darkenLess unstroked M th b A wR h 180 90-dang A wR h 270+dang -90-dang Z;
         path none M wR t A wR h 270 sw L x5-dh y1 r-aw/2 b x7+dh y1 x7 y1 A wR h 270+sw -sw L wR t A wR h 270 -90 L th b
           A wR h 180 90-dang;",
    ),
    (
        "curvedUpArrow",
        "adj1: 25000; adj2: 50000; adj3: 25000; a2 = pin(0, adj2, 50000*w/ss); th = ss*pin(0, adj1, 100000)/100000; aw = ss*a2/100000;
         wR = w/2-(th+aw)/4; q7 = wR*2; idy = sqrt(q7*q7-th*th)*h/q7; y1 = ss*pin(0, adj3, 100000*idy/ss)/100000; x3 = wR+th;
         dx = sqrt(h*h-y1*y1)*wR/h; x5 = wR+dx; x7 = x3+dx; dh = (aw-th)/2; sw = at2(y1, dx); dang = at2(idy, th/2);
         path unstroked M r-aw/2 t L x7+dh y1 x7 y1 A wR h 90-sw sw+dang wR h 90-dang dang-sw L x5-dh y1 Z;
         path darkenLess unstroked M wR b A wR h 90 90 L th t A wR h 180 -90 Z;
         path none M (wR+x3)/2 idy A wR h 90-dang dang-sw L x5-dh y1 r-aw/2 t x7+dh y1 x7 y1 A wR h 90-sw sw L wR b A wR h 90 90
           L th t A wR h 180 -90;",
    ),
    (
        "swooshArrow",
        "adj1: 25000; adj2: 16667; ad1 = h*pin(1, adj1, 75000)/100000; xB = r-ss*pin(0, adj2, 70000*w/ss)/100000; yB = ss/8;
         dx0 = ss/8*tan(90/14); yF = yB+ad1; xF = xB+ad1*tan(90/14); xE = xF+dx0; yE = yF+ss/8; yD = yE/2-h/20;
         path M l b Q w/6 h/3 xB yB L xB-dx0 t r yD xE yE xF yF Q w/4 yF+h/12 l b Z;",
    ),
];
