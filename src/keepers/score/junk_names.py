"""What names, folders, programs and sizes say of a picture that no lens made: screenshots, messengers, scanners."""

import re
from typing import Final

#: What systems call a screenshot, in the languages of their users.
SCREENSHOT: Final = re.compile(
    r"screen[ _-]?shots?|screen[ _-]?captures?|screencaps?|screen[ _-]?grab|bildschirmfoto|bildschirmaufnahme"
    r"|capture d.?.cran|schermafbeelding|schermopname|captura de (?:pantalla|tela|ecr)|captura_de_pantalla|istantanea"
    r"|schermata|skjermbilde|skjermdump|sk.rmbild|sk.rmavbild|sk.rmklipp|sk.rmbillede|n.ytt.kuva|kuvakaappaus|zrzut[ _]ekranu"
    r"|sn.mek obrazovky|sn.mka obrazovky|k.perny.k.p|captur. de ecran|ekran (?:g.r.nt.s.|resmi|al.nt.s.)"
    r"|снимок экрана|скриншот|знімок екрана|στιγμιότυπο|צילום מסך|لقطة شاشة|ภาพหน้าจอ|tangkapan layar|ảnh chụp màn hình"
    r"|屏幕截图|截屏|截图|螢幕擷取|螢幕快照|スクリーンショット|스크린샷|화면 캡처",
    re.IGNORECASE,
)
#: Programs that take screenshots and say so.
CAPTURERS: Final = re.compile(
    r"screenshot|spectacle|flameshot|greenshot|sharex|snagit|lightshot|shutter|scrot|snipping|grim\b",
    re.IGNORECASE,
)
#: How messengers name what they save, and the folders that they save it to.
MESSENGER: Final = re.compile(
    r"whatsapp|-wa\d{4}|telegram|^photo_\d+@\d\d-\d\d-\d{4}|^photo_\d{4}-\d\d-\d\d_|^signal-|messenger|^received_\d{6}|^fb_img"
    r"|viber|wechat|^mmexport|threema|snapchat|^line_\d{6}|kakaotalk|discord",
    re.IGNORECASE,
)
#: How scanners and their apps name pages.
SCANNED: Final = re.compile(
    r"(?:^|[ _.-])scans?(?:$|[ _.-]|\d)|camscanner|adobe[ _-]?scan|office[ _-]?lens|scanbot|genius[ _-]?scan|numéris|escane"
    r"|digitalizad|rechnung|invoice|facture|factura|fattura",
    re.IGNORECASE,
)
RECEIPT: Final = re.compile(
    r"receipts?(?:$|[ _.-]|\d)|quittung|kassenbon|kassenzettel|(?:^|[ _.-])belege?(?:$|[ _.-])|scontrin|ticket de caisse"
    r"|recibo|kvittering|kvitto|paragon|bonnetje|чек|レシート|영수증",
    re.IGNORECASE,
)
#: What Apple writes into the comment of a screenshot (Exif 0x9286).
COMMENT: Final = re.compile(r"screenshot", re.IGNORECASE)

#: Pixels of screens, the short side first: phones, tablets, desktops, watches; from the makers' data sheets.
SCREENS: Final[frozenset[tuple[int, int]]] = frozenset({
    # iPhones.
    (640, 960), (640, 1136), (750, 1334), (828, 1792), (1080, 1920), (1125, 2436), (1170, 2532), (1179, 2556),
    (1206, 2622), (1242, 2208), (1242, 2688), (1260, 2736), (1284, 2778), (1290, 2796), (1320, 2868),
    # iPads.
    (768, 1024), (1488, 2266), (1536, 2048), (1620, 2160), (1640, 2360), (1668, 2224), (1668, 2388), (1668, 2420),
    (2048, 2732), (2064, 2752),
    # Android phones.
    (480, 800), (480, 854), (540, 960), (720, 1280), (720, 1440), (720, 1480), (720, 1520), (720, 1560), (720, 1600),
    (720, 1612), (1080, 2160), (1080, 2220), (1080, 2240), (1080, 2244), (1080, 2246), (1080, 2248), (1080, 2270), (1080, 2280),
    (1080, 2310), (1080, 2312), (1080, 2316), (1080, 2340), (1080, 2376), (1080, 2388), (1080, 2400), (1080, 2408),
    (1080, 2412), (1080, 2424), (1080, 2460), (1080, 2520), (1080, 2640), (1116, 2480), (1200, 2670), (1220, 2712),
    (1240, 2772), (1264, 2780), (1280, 2772), (1280, 2800), (1344, 2992), (1440, 2560), (1440, 2880), (1440, 2960),
    (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200), (1440, 3216), (1644, 3840),
    # Android tablets and folding phones.
    (600, 1024), (800, 1280), (1200, 1920), (1200, 2000), (1600, 2560), (1752, 2800), (1768, 2208), (1812, 2176), (1848, 2960),
    (2076, 2152),
    # Desktops and notebooks.
    (600, 800), (768, 1366), (800, 1280), (864, 1536), (900, 1440), (900, 1600), (1024, 1280), (1050, 1680), (1080, 2560),
    (1200, 1600), (1280, 2048), (1440, 2560), (1440, 3440), (1504, 2256), (1600, 2560), (1664, 2560), (1800, 2880), (1824, 2736),
    (1864, 2880), (1920, 2880), (1964, 3024), (2000, 3000), (2160, 3840), (2160, 4096), (2160, 5120), (2234, 3456), (2304, 4096),
    (2400, 3840), (2520, 4480), (2880, 5120), (3384, 6016),
    # Watches.
    (312, 390), (324, 394), (352, 430), (368, 448), (396, 484), (410, 502), (416, 496),
})  # fmt: skip


def is_screen(width: int, height: int) -> bool:
    """Whether a picture has exactly the pixels of a screen, upright or lying."""
    return (min(width, height), max(width, height)) in SCREENS
