//! Callouts: boxes with a tail, or with a line to what they speak of.

use super::Family;

pub(super) const SHAPES: Family = &[
    (
        "callout1",
        "adj1: 18750; adj2: -8333; adj3: 112500; adj4: -38333;
         path unstroked M l t L r t r b l b Z; path none M w*adj2/100000 h*adj1/100000 L w*adj4/100000 h*adj3/100000;",
    ),
    (
        "callout2",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 112500; adj6: -46667;
         path unstroked M l t L r t r b l b Z;
         path none M w*adj2/100000 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000;",
    ),
    (
        "callout3",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 100000; adj6: -16667; adj7: 112963; adj8: -8333;
         path unstroked M l t L r t r b l b Z; path none M w*adj2/100000 h*adj1/100000
           L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000 w*adj8/100000 h*adj7/100000;",
    ),
    (
        "accentCallout1",
        "adj1: 18750; adj2: -8333; adj3: 112500; adj4: -38333; x1 = w*adj2/100000; path unstroked M l t L r t r b l b Z;
         path none M x1 t L x1 b Z; path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000;",
    ),
    (
        "accentCallout2",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 112500; adj6: -46667; x1 = w*adj2/100000;
         path unstroked M l t L r t r b l b Z; path none M x1 t L x1 b Z;
         path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000;",
    ),
    (
        "accentCallout3",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 100000; adj6: -16667; adj7: 112963; adj8: -8333; x1 = w*adj2/100000;
         path unstroked M l t L r t r b l b Z; path none M x1 t L x1 b Z;
         path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000 w*adj8/100000 h*adj7/100000;",
    ),
    (
        "borderCallout1",
        "adj1: 18750; adj2: -8333; adj3: 112500; adj4: -38333;
         path M l t L r t r b l b Z; path none M w*adj2/100000 h*adj1/100000 L w*adj4/100000 h*adj3/100000;",
    ),
    (
        "borderCallout2",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 112500; adj6: -46667;
         path M l t L r t r b l b Z;
         path none M w*adj2/100000 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000;",
    ),
    (
        "borderCallout3",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 100000; adj6: -16667; adj7: 112963; adj8: -8333;
         path M l t L r t r b l b Z; path none M w*adj2/100000 h*adj1/100000
           L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000 w*adj8/100000 h*adj7/100000;",
    ),
    (
        "accentBorderCallout1",
        "adj1: 18750; adj2: -8333; adj3: 112500; adj4: -38333; x1 = w*adj2/100000; path M l t L r t r b l b Z;
         path none M x1 t L x1 b Z; path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000;",
    ),
    (
        "accentBorderCallout2",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 112500; adj6: -46667; x1 = w*adj2/100000;
         path M l t L r t r b l b Z; path none M x1 t L x1 b Z;
         path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000;",
    ),
    (
        "accentBorderCallout3",
        "adj1: 18750; adj2: -8333; adj3: 18750; adj4: -16667; adj5: 100000; adj6: -16667; adj7: 112963; adj8: -8333; x1 = w*adj2/100000;
         path M l t L r t r b l b Z; path none M x1 t L x1 b Z;
         path none M x1 h*adj1/100000 L w*adj4/100000 h*adj3/100000 w*adj6/100000 h*adj5/100000 w*adj8/100000 h*adj7/100000;",
    ),
    // The tail stands on the side that its tip is nearest to, seen from the middle: on the left or upper part of it or on the other.
    (
        "wedgeRectCallout",
        "adj1: -20833; adj2: 62500; dx = w*adj1/100000; dy = h*adj2/100000; x = hc+dx; y = vc+dy; dz = abs(dy)-abs(dx*h/w);
         x1 = w*if(dx, 7, 2)/12; x2 = w*if(dx, 10, 5)/12; y1 = h*if(dy, 7, 2)/12; y2 = h*if(dy, 10, 5)/12;
         xl = if(dz, l, if(dx, l, x)); xt = if(dz, if(dy, x1, x), x1); xr = if(dz, r, if(dx, x, r)); xb = if(dz, if(dy, x, x1), x1);
         yl = if(dz, y1, if(dx, y1, y)); yt = if(dz, if(dy, t, y), t); yr = if(dz, y1, if(dx, y, y1)); yb = if(dz, if(dy, y, b), b);
         path M l t L x1 t xt yt x2 t r t r y1 xr yr r y2 r b x2 b xb yb x1 b l b l y2 xl yl l y1 Z;",
    ),
    (
        "wedgeRoundRectCallout",
        "adj1: -20833; adj2: 62500; adj3: 16667; dx = w*adj1/100000; dy = h*adj2/100000; x = hc+dx; y = vc+dy; dz = abs(dy)-abs(dx*h/w);
         x1 = w*if(dx, 7, 2)/12; x2 = w*if(dx, 10, 5)/12; y1 = h*if(dy, 7, 2)/12; y2 = h*if(dy, 10, 5)/12;
         xl = if(dz, l, if(dx, l, x)); xt = if(dz, if(dy, x1, x), x1); xr = if(dz, r, if(dx, x, r)); xb = if(dz, if(dy, x, x1), x1);
         yl = if(dz, y1, if(dx, y1, y)); yt = if(dz, if(dy, t, y), t); yr = if(dz, y1, if(dx, y, y1)); yb = if(dz, if(dy, y, b), b);
         u = ss*pin(0, adj3, 50000)/100000; i = u*0.29289;
         path M l u A u u 180 90 L x1 t xt yt x2 t r-u t A u u 270 90 L r y1 xr yr r y2 r b-u A u u 0 90 L x2 b xb yb x1 b u b
           A u u 90 90 L l y2 xl yl l y1 Z; text i i r-i b-i;",
    ),
    (
        "wedgeEllipseCallout",
        "adj1: -20833; adj2: 62500; dx = w*adj1/100000; dy = h*adj2/100000; p = at2(dx*h, dy*w);
         x1 = w/2*cos(p+11); y1 = h/2*sin(p+11); x2 = w/2*cos(p-11); y2 = h/2*sin(p-11); st = at2(x1, y1); sw = turn(at2(x2, y2)-st);
         ix = w/2*cos(45); iy = h/2*sin(45);
         path M hc+dx vc+dy L hc+x1 vc+y1 A w/2 h/2 st sw Z; text hc-ix vc-iy hc+ix vc+iy;",
    ),
    (
        "cloud",
        "path in 43200 M 3900 14370 A 6753 9190 -190.48748 123.78053 5333 7267 -144.10238 89.94523 4365 5945 -145.80792 99.72302
           4857 6595 -130.98607 117.24173 5333 7273 -78.70888 109.02692 6775 9220 -46.26725 130.269 5785 7867 0.62502 114.03333
           6752 9215 22.45160 115.17255 7720 10543 66.24263 75.71102 4360 5918 -274.94208 146.73557 4345 5945 -246.82850 152.51885 Z;
         path none in 43200 M 4693 26177 A 4345 5945 86.742 26.4295 M 6928 34899 A 4360 5918 73.61047 11.44747
           M 16478 39090 A 6752 9215 137.62415 14.08110 M 28827 34751 A 6752 9215 6.45327 15.99835
           M 34129 22954 A 5785 7867 -70.29235 70.91737 M 41798 15354 A 5333 7273 30.31803 27.7515
           M 38324 5426 A 4857 6595 -13.74433 14.85890 M 29078 3952 A 4857 6595 -149.18145 18.19537
           M 22141 4720 A 4365 5945 -163.49427 17.68635 M 14000 5192 A 6753 9190 -66.70695 12.31935
           M 4127 15789 A 6753 9190 157.65435 11.85817;
         text w*2977/21600 h*3262/21600 w*17087/21600 h*17337/21600;",
    ),
    (
        "cloudCallout",
        "adj1: -20833; adj2: 62500; dx = w*adj1/100000; dy = h*adj2/100000; x = hc+dx; y = vc+dy; p = at2(dx*h, dy*w);
         g6 = w/2*cos(p)-dx; g7 = h/2*sin(p)-dy; g8 = mod(g6, g7); g11 = (g8-ss*6600/21600)/3; g12 = ss*1800/21600; g13 = g11+g12;
         g20 = ss*4800/21600+g11*2; g25 = ss*1200/21600; g26 = ss*600/21600;
         path in 43200 M 3900 14370 A 6753 9190 -190.48748 123.78053 5333 7267 -144.10238 89.94523 4365 5945 -145.80792 99.72302
           4857 6595 -130.98607 117.24173 5333 7273 -78.70888 109.02692 6775 9220 -46.26725 130.269 5785 7867 0.62502 114.03333
           6752 9215 22.45160 115.17255 7720 10543 66.24263 75.71102 4360 5918 -274.94208 146.73557 4345 5945 -246.82850 152.51885 Z;
         path M x+g26 y A g26 g26 0 360 Z;
         path M x+g13*g6/g8+g25 y+g13*g7/g8 A g25 g25 0 360 Z;
         path M x+g20*g6/g8+g12 y+g20*g7/g8 A g12 g12 0 360 Z;
         path none in 43200 M 4693 26177 A 4345 5945 86.742 26.4295 M 6928 34899 A 4360 5918 73.61047 11.44747
           M 16478 39090 A 6752 9215 137.62415 14.08110 M 28827 34751 A 6752 9215 6.45327 15.99835
           M 34129 22954 A 5785 7867 -70.29235 70.91737 M 41798 15354 A 5333 7273 30.31803 27.7515
           M 38324 5426 A 4857 6595 -13.74433 14.85890 M 29078 3952 A 4857 6595 -149.18145 18.19537
           M 22141 4720 A 4365 5945 -163.49427 17.68635 M 14000 5192 A 6753 9190 -66.70695 12.31935
           M 4127 15789 A 6753 9190 157.65435 11.85817;
         text w*2977/21600 h*3262/21600 w*17087/21600 h*17337/21600;",
    ),
];
