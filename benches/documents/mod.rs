//! Documents made by code, so that what is measured does not change with the bundled templates: the kinds schools write.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PROSE: &str = "Este informe muestra los resultados de la evaluación diagnóstica en cada una de las lecciones. La oficina técnica \
                     recomienda revisar primero las lecciones con menor porcentaje de logro y practicar con ejercicios de dificultad \
                     creciente; después conviene volver a rendir la prueba y comparar ambos resultados con ayuda de la profesora.";

/// A report as schools write them: headings, running text, lists, a table over pages, header and footer. Three pages once filled.
pub(crate) fn report() -> Vec<u8> {
    let mut body = styled("Heading1", "Informe de resultados de {{ student.name }}");
    for number in 1..=9 {
        body += &styled("Heading2", &format!("{number}. Eje de la evaluación"));
        body += &styled("Normal", PROSE);
        for item in ["Resolver problemas con números enteros.", "Interpretar gráficos y tablas.", "Explicar el procedimiento seguido."] {
            body += &styled("ListParagraph", item);
        }
    }
    let rows = ["{%tr for g in groups %}", "", "{%tr endfor %}"].map(|text| {
        let cells = if text.is_empty() { ["{{ g.name }}", "{{ g.correct }} de {{ g.total }}", "{{ g.status }}"] } else { [text, "", ""] };
        row(false, &cells.map(plain))
    });
    body += &table(&[6000, 1500, 1800], &(row(true, &["Lección", "Correctas", "Estado"].map(plain)) + &rows.concat()));
    docx(&body, PORTRAIT)
}

/// A letter: letterhead with a picture, address block with tabs, justified text, a signature line.
pub(crate) fn letter() -> Vec<u8> {
    let mut body = picture(1_800_000, 600_000) + &styled("Normal", "Colegio Los Andes\tSantiago, 12 de marzo de 2026");
    body += &styled("Heading2", "Señor apoderado, señora apoderada:");
    for _ in 0..4 {
        body += &styled("Normal", PROSE);
    }
    body += &styled("Normal", "Atentamente,");
    body += &styled("Heading2", "______________________");
    body += &styled("Normal", "Directora académica");
    docx(&body, PORTRAIT)
}

/// A certificate: landscape, large centred type, a border around the page, a floating seal.
pub(crate) fn certificate() -> Vec<u8> {
    let line = |size: u32, text: &str| {
        format!(
            "<w:p><w:pPr><w:spacing w:before=\"240\" w:after=\"240\"/><w:jc w:val=\"center\"/></w:pPr>\
             <w:r><w:rPr><w:rFonts w:ascii=\"Cambria\" w:hAnsi=\"Cambria\"/><w:sz w:val=\"{size}\"/></w:rPr><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let mut body = line(64, "CERTIFICADO");
    body += &line(28, "El Colegio Los Andes certifica que");
    body += &line(56, "Ana María Núñez Sepúlveda");
    body += &line(28, "aprobó el diagnóstico de Matemática con distinción");
    body += &seal();
    body += &table(&[6000, 6000], &row(false, &["Directora", "Profesor jefe"].map(plain)));
    docx(&body, LANDSCAPE)
}

/// A form: tables inside tables, merged cells, shaded labels.
pub(crate) fn form() -> Vec<u8> {
    let mut rows = String::new();
    for number in 1..=30 {
        let inner =
            table(&[2000, 2000], &(1..=3).map(|n| row(false, &[plain(&format!("Ítem {n}")), plain("☐ sí ☐ no")])).collect::<String>());
        let label = format!(
            "<w:tc><w:tcPr><w:shd w:val=\"clear\" w:fill=\"E7EEF5\"/></w:tcPr>{}</w:tc>",
            styled("Normal", &format!("Pregunta {number}"))
        );
        let _ = write!(rows, "<w:tr><w:trPr><w:cantSplit/></w:trPr>{label}<w:tc><w:tcPr/>{inner}<w:p/></w:tc></w:tr>");
        let _ =
            write!(rows, "<w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>{}</w:tc></w:tr>", styled("Normal", "Observaciones: …"));
    }
    docx(&table(&[3000, 6000], &rows), PORTRAIT)
}

/// Running text and a table each few pages, as long as asked for (three paragraphs and a half fill a quarter of a page).
pub(crate) fn long(pages: usize) -> Vec<u8> {
    let mut body = String::new();
    for number in 0..pages {
        body += &styled("Heading1", &format!("Capítulo {}", number + 1));
        for _ in 0..7 {
            body += &styled("Normal", PROSE);
        }
        let rows: String = (0..8).map(|n| row(n == 0, &[plain("Lección"), plain("7 de 10"), plain("Aprobada")])).collect();
        body += &table(&[6000, 1500, 1800], &rows);
    }
    docx(&body, PORTRAIT)
}

const PORTRAIT: &str = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1417\" w:right=\"1701\" w:bottom=\"1417\" w:left=\"1701\" \
                        w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/>";
const LANDSCAPE: &str = "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/><w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1417\" \
                         w:left=\"1417\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/><w:pgBorders><w:top w:val=\"double\" w:sz=\"12\" \
                         w:space=\"24\"/><w:bottom w:val=\"double\" w:sz=\"12\" w:space=\"24\"/></w:pgBorders>";

fn styled(style: &str, text: &str) -> String {
    let text = text.replace('\t', "</w:t><w:tab/><w:t xml:space=\"preserve\">");
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn plain(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn row(header: bool, cells: &[String]) -> String {
    let mark = if header { "<w:trPr><w:tblHeader/></w:trPr>" } else { "" };
    let cells: String = cells.iter().map(|cell| format!("<w:tc><w:tcPr/>{cell}</w:tc>")).collect();
    format!("<w:tr>{mark}{cells}</w:tr>")
}

fn table(widths: &[u32], rows: &str) -> String {
    let grid: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    format!(
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )
}

fn graphic(width: u32, height: u32) -> String {
    format!(
        "<wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"1\" name=\"p\" descr=\"Insignia del colegio\"/><a:graphic><a:graphicData \
         uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:blipFill><a:blip r:embed=\"rId4\"/></pic:blipFill>\
         <pic:spPr><a:xfrm><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"/></pic:spPr></pic:pic></a:graphicData></a:graphic>"
    )
}

fn picture(width: u32, height: u32) -> String {
    format!("<w:p><w:r><w:drawing><wp:inline>{}</wp:inline></w:drawing></w:r></w:p>", graphic(width, height))
}

fn seal() -> String {
    let place = "<wp:positionH relativeFrom=\"margin\"><wp:align>right</wp:align></wp:positionH>\
                 <wp:positionV relativeFrom=\"margin\"><wp:align>bottom</wp:align></wp:positionV>";
    let graphic = graphic(900_000, 900_000).replacen("<wp:docPr", "<wp:wrapSquare wrapText=\"bothSides\"/><wp:docPr", 1);
    format!("<w:p><w:r><w:drawing><wp:anchor behindDoc=\"0\">{place}{graphic}</wp:anchor></w:drawing></w:r></w:p>")
}

fn docx(body: &str, page: &str) -> Vec<u8> {
    let document = format!(
        "<w:document {NAMES}><w:body>{body}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rId3\"/>{page}</w:sectPr></w:body></w:document>"
    );
    let header = format!("<w:hdr {NAMES}><w:p><w:r><w:t>Colegio de Prueba — Departamento de Matemática</w:t></w:r></w:p></w:hdr>");
    let footer = format!(
        "<w:ftr {NAMES}><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:t xml:space=\"preserve\">Página </w:t></w:r>\
         <w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"
    );
    let related = [("styles", "styles.xml"), ("header", "header1.xml"), ("footer", "footer1.xml"), ("image", "media/seal.png")];
    let parts = [
        ("[Content_Types].xml", TYPES.as_bytes().to_vec()),
        ("_rels/.rels", relationships(&[("officeDocument", "word/document.xml")])),
        ("word/_rels/document.xml.rels", relationships(&related)),
        ("word/document.xml", document.into_bytes()),
        ("word/styles.xml", STYLES.as_bytes().to_vec()),
        ("word/header1.xml", header.into_bytes()),
        ("word/footer1.xml", footer.into_bytes()),
        ("word/media/seal.png", seal_png()),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default()).expect("a zip in memory");
        archive.write_all(&content).expect("a zip in memory");
    }
    archive.finish().expect("a zip in memory").into_inner()
}

/// A round seal with soft edges, 240 pixels wide.
fn seal_png() -> Vec<u8> {
    let seal = image::RgbaImage::from_fn(240, 240, |x, y| {
        let away = (f64::from(x) - 120.0).hypot(f64::from(y) - 120.0);
        image::Rgba([31, 78, (away * 2.0) as u8, (255.0 * (118.0 - away).clamp(0.0, 1.0)) as u8])
    });
    let mut file = Cursor::new(Vec::new());
    seal.write_to(&mut file, image::ImageFormat::Png).expect("a picture in memory");
    file.into_inner()
}

fn relationships(list: &[(&str, &str)]) -> Vec<u8> {
    let mut xml = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">".to_owned();
    for (number, (kind, target)) in list.iter().enumerate() {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        let _ = write!(xml, "<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"/>", number + 1);
    }
    (xml + "</Relationships>").into_bytes()
}

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                     xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
                     xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
                     xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
                     xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    </Types>";

const STYLES: &str = "<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\"/><w:sz w:val=\"22\"/><w:lang w:val=\"es-CL\"/></w:rPr></w:rPrDefault>\
    <w:pPrDefault><w:pPr><w:spacing w:after=\"160\" w:line=\"259\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
    <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:pPr><w:jc w:val=\"both\"/></w:pPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:keepNext/><w:outlineLvl w:val=\"0\"/></w:pPr><w:rPr><w:b/><w:color w:val=\"1F3864\"/><w:sz w:val=\"36\"/></w:rPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"Heading2\"><w:name w:val=\"heading 2\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:keepNext/><w:outlineLvl w:val=\"1\"/></w:pPr><w:rPr><w:b/><w:color w:val=\"2E74B5\"/><w:sz w:val=\"26\"/></w:rPr></w:style>\
    <w:style w:type=\"paragraph\" w:styleId=\"ListParagraph\"><w:name w:val=\"List Paragraph\"/><w:basedOn w:val=\"Normal\"/>\
    <w:pPr><w:ind w:left=\"720\"/></w:pPr></w:style>\
    <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:tblPr><w:tblBorders>\
    <w:top w:val=\"single\" w:sz=\"4\"/><w:left w:val=\"single\" w:sz=\"4\"/><w:bottom w:val=\"single\" w:sz=\"4\"/>\
    <w:right w:val=\"single\" w:sz=\"4\"/><w:insideH w:val=\"single\" w:sz=\"4\"/><w:insideV w:val=\"single\" w:sz=\"4\"/>\
    </w:tblBorders></w:tblPr></w:style></w:styles>";
