//! Action buttons: a rectangle with a sign on it, of three quarters of its shorter side.

use super::Family;

pub(super) const SHAPES: Family = &[
    ("actionButtonBlank", "path M l t L r t r b l b Z;"),
    (
        "actionButtonHome",
        "d = ss*3/8; u = ss*3/4; y9 = vc-d; y10 = vc+d; x11 = hc-d; x12 = hc+d; y24 = y9+u/16; y25 = y9+u*3/16; y26 = y9+u*5/16;
         y27 = y9+u*3/4;
         x28 = x11+u/8; x29 = x11+u*7/16; x30 = x11+u*9/16; x31 = x11+u*11/16; x32 = x11+u*13/16; x33 = x11+u*7/8;
         path unstroked M l t L l b r b r t Z M hc y9 L x11 vc x28 vc x28 y10 x33 y10 x33 vc x12 vc x32 y26 x32 y24 x31 y24 x31 y25 Z;
         path darkenLess unstroked M x32 y26 L x32 y24 x31 y24 x31 y25 Z M x28 vc L x28 y10 x29 y10 x29 y27 x30 y27 x30 y10 x33 y10 x33
           vc Z;
         path darken unstroked M hc y9 L x11 vc x12 vc Z M x29 y27 L x30 y27 x30 y10 x29 y10 Z;
         outline M x31 y25 L x32 y26 M x33 vc L x28 vc M x29 y10 L x29 y27 x30 y27 x30 y10;",
    ),
    (
        "actionButtonHelp",
        "d = ss*3/8; u = ss*3/4; y9 = vc-d; x11 = hc-d; y27 = y9+u*2/7; y29 = y9+u*17/28; y30 = y9+u*21/28; y31 = y9+u*11/14;
         x33 = x11+u*3/14; x36 = x11+u*3/7; x37 = x11+u*4/7;
         path unstroked M l t L l b r b r t Z M x33 y27 A u*2/7 u*2/7 180 180 u/7 u*3/14 0 90 u/14 u*3/28 270 -90 L x37 y30 x36 y30 x36
           y29
           A u/7 u*3/14 180 90 u/14 u*3/28 90 -90 u/7 u/7 0 -180 Z M hc y31 A u*3/28 u*3/28 270 360 Z;
         path darken unstroked M x33 y27 A u*2/7 u*2/7 180 180 u/7 u*3/14 0 90 u/14 u*3/28 270 -90 L x37 y30 x36 y30 x36 y29
           A u/7 u*3/14 180 90 u/14 u*3/28 90 -90 u/7 u/7 0 -180 Z M hc y31 A u*3/28 u*3/28 270 360 Z;
         outline;",
    ),
    (
        "actionButtonInformation",
        "d = ss*3/8; u = ss*3/4; y9 = vc-d; x11 = hc-d; y25 = y9+u/32; y28 = y9+u*5/16; y29 = y9+u*3/8; y30 = y9+u*13/16; y31 = y9+u*7/8;
         x32 = x11+u*5/16; x34 = x11+u*13/32; x35 = x11+u*19/32; x37 = x11+u*11/16; q = u*3/32;
         path unstroked M l t L l b r b r t Z M hc y9 A d d 270 360 Z;
         path darken unstroked M hc y9 A d d 270 360 Z;
         path lighten unstroked M hc y25 A q q 270 360 Z M x32 y28 L x35 y28 x35 y30 x37 y30 x37 y31 x32 y31 x32 y30 x34 y30 x34 y29 x32
           y29 Z;
         outline M hc y25 A q q 270 360 Z M x32 y28 L x35 y28 x35 y30 x37 y30 x37 y31 x32 y31 x32 y30 x34 y30 x34 y29 x32 y29 Z;",
    ),
    (
        "actionButtonForwardNext",
        "d = ss*3/8; path unstroked M l t L l b r b r t Z M hc+d vc L hc-d vc-d hc-d vc+d Z;
         path darken unstroked M hc+d vc L hc-d vc-d hc-d vc+d Z; outline;",
    ),
    (
        "actionButtonBackPrevious",
        "d = ss*3/8; path unstroked M l t L l b r b r t Z M hc-d vc L hc+d vc-d hc+d vc+d Z;
         path darken unstroked M hc-d vc L hc+d vc-d hc+d vc+d Z; outline;",
    ),
    (
        "actionButtonEnd",
        "d = ss*3/8; y9 = vc-d; y10 = vc+d; x11 = hc-d; x12 = hc+d; x16 = x11+d*3/2; x17 = x11+d*7/4;
         path unstroked M l t L l b r b r t Z M x16 vc L x11 y9 x11 y10 Z M x17 y9 L x17 y10 x12 y10 x12 y9 Z;
         path darken unstroked M x16 vc L x11 y9 x11 y10 Z M x17 y9 L x17 y10 x12 y10 x12 y9 Z; outline;",
    ),
    (
        "actionButtonBeginning",
        "d = ss*3/8; y9 = vc-d; y10 = vc+d; x11 = hc-d; x12 = hc+d; x16 = x11+d/4; x17 = x11+d/2;
         path unstroked M l t L l b r b r t Z M x17 vc L x12 y9 x12 y10 Z M x16 y9 L x11 y9 x11 y10 x16 y10 Z;
         path darken unstroked M x17 vc L x12 y9 x12 y10 Z M x16 y9 L x11 y9 x11 y10 x16 y10 Z; outline;",
    ),
    (
        "actionButtonReturn",
        "d = ss*3/8; u = ss*3/4; y9 = vc-d; y10 = vc+d; x11 = hc-d; x12 = hc+d; y19 = y9+u*3/4; y20 = y9+u*5/8; y21 = y9+u/4;
         x22 = x11+u*7/8; x23 = x11+u*3/4; x24 = x11+u*5/8; x25 = x11+u*3/8; x26 = x11+u/4; q = u/8; p = u*3/8;
         path unstroked M l t L l b r b r t Z M x12 y21 L x23 y9 hc y21 x24 y21 x24 y20 A q q 0 90 L x25 y19 A q q 90 90 L x26 y21 x11
           y21 x11 y20
           A p p 180 -90 L hc y10 A p p 90 -90 L x22 y21 Z;
         path darken unstroked M x12 y21 L x23 y9 hc y21 x24 y21 x24 y20 A q q 0 90 L x25 y19 A q q 90 90 L x26 y21 x11 y21 x11 y20
           A p p 180 -90 L hc y10 A p p 90 -90 L x22 y21 Z;
         outline;",
    ),
    (
        "actionButtonDocument",
        "d = ss*3/8; y9 = vc-d; y10 = vc+d; x11 = hc-ss*9/32; x12 = hc+ss*9/32; x14 = x12-ss*3/16; y15 = y9+ss*3/16;
         path unstroked M l t L l b r b r t Z M x11 y9 L x14 y9 x12 y15 x12 y10 x11 y10 Z;
         path darkenLess unstroked M x11 y9 L x14 y9 x14 y15 x12 y15 x12 y10 x11 y10 Z;
         path darken unstroked M x14 y9 L x14 y15 x12 y15 Z; outline M x12 y15 L x14 y15 x14 y9;",
    ),
    (
        "actionButtonSound",
        "d = ss*3/8; u = ss*3/4; y9 = vc-d; y10 = vc+d; x11 = hc-d; x12 = hc+d; y20 = y9+u/8; y21 = y9+u*5/16; y22 = y9+u*11/16;
         y23 = y9+u*7/8;
         x24 = x11+u*5/16; x25 = x11+u*5/8; x26 = x11+u*3/4;
         path unstroked M l t L l b r b r t Z M x11 y21 L x24 y21 x25 y9 x25 y10 x24 y22 x11 y22 Z;
         path darken unstroked M x11 y21 L x24 y21 x25 y9 x25 y10 x24 y22 x11 y22 Z;
         outline M x26 y21 L x12 y20 M x26 vc L x12 vc M x26 y22 L x12 y23;",
    ),
    (
        "actionButtonMovie",
        "d = ss*3/8; u = ss*3/4/21600; y9 = vc-d; x11 = hc-d; x12 = hc+d; x31 = x11+u*1455; x32 = x11+u*1905; x33 = x11+u*2325;
         x34 = x11+u*16155;
         x35 = x11+u*17010; x36 = x11+u*19335; x37 = x11+u*19725; x38 = x11+u*20595; y39 = y9+u*5280; y40 = y9+u*5730; y41 = y9+u*6630;
         y42 = y9+u*7492; y43 = y9+u*9067; y44 = y9+u*9555; y45 = y9+u*13342; y46 = y9+u*14580; y47 = y9+u*15592;
         path unstroked M l t L l b r b r t Z M x11 y39 L x11 y44 x31 y44 x32 y43 x33 y43 x33 y47 x35 y47 x35 y45 x36 y45 x38 y46 x12 y46
           x12 y41
           x38 y41 x37 y42 x35 y42 x35 y41 x34 y40 x32 y40 x31 y39 Z;
         path darken unstroked M x11 y39 L x11 y44 x31 y44 x32 y43 x33 y43 x33 y47 x35 y47 x35 y45 x36 y45 x38 y46 x12 y46 x12 y41
           x38 y41 x37 y42 x35 y42 x35 y41 x34 y40 x32 y40 x31 y39 Z;
         outline;",
    ),
];
