//! What is wrong and what to do, in Spanish.

use super::{Cause, Container, Finding, Problem, opening};
use crate::report::template::syntax::Syntax;

pub(super) fn message(finding: &Finding) -> String {
    let tag = &finding.tag;
    match &finding.problem {
        Problem::UnknownName { name, nearest: Some(nearest), .. } => format!("{tag}: no existe «{name}». ¿Quiso decir «{nearest}»?"),
        Problem::UnknownName { name, nearest: None, known } if !known.is_empty() => {
            format!("{tag}: no existe «{name}». Hay {}.", known.join(", "))
        }
        Problem::UnknownName { name, .. } => {
            format!("{tag}: no existe «{name}». Use un nombre de PLACEHOLDERS.md o de sus propios datos (--data).")
        }
        Problem::UnknownFilter { name, nearest: Some(nearest) } => {
            format!("{tag}: no existe el filtro «{name}». ¿Quiso decir «{nearest}»?")
        }
        Problem::UnknownFilter { name, nearest: None } => {
            format!(
                "{tag}: no existe el filtro «{name}». Los filtros son percent, number, date, upper, lower, title, join, default; PLACEHOLDERS.md los trae todos."
            )
        }
        Problem::Evaluation { reason } => format!("{tag}: no se puede calcular: {}.", cause(reason)),
        Problem::EvaluationOfNothing { reason } => format!(
            "{tag}: no se puede calcular para todos: {}. A algunos informes les falta el valor, como la cohorte a los de los primeros estudiantes. Escriba {{% if … %}} alrededor, o |default(0) tras el valor.",
            cause(reason)
        ),
        Problem::Syntax { reason } => format!("{tag}: {}", syntax(reason)),
        Problem::Miswritten { write } if write.starts_with("{%") && tag.contains('%') => {
            format!("{tag} no está escrito como una marca: escriba {write}, sin espacio ni otro signo entre {{% y sus letras.")
        }
        Problem::Miswritten { write } => format!("{tag} no es una marca: el estudiante lo leería tal cual. ¿Quiso decir {write}?"),
        Problem::LoneClosing => format!(
            "{tag} cierra una marca que no se abrió: el estudiante lo leería tal cual. Escriba {} antes del nombre, o bórrelo.",
            opening(tag)
        ),
        Problem::Quotation { write } => {
            format!("{tag} queda como está: las minúsculas entre « y » son una cita. Para el valor de cada estudiante escriba {write}.")
        }
        Problem::TextLost { text, container } => {
            let (what, letter) = match container {
                Container::Paragraph => ("párrafo", "p"),
                Container::Cell => ("celda", "tc"),
                Container::Row => ("fila", "tr"),
            };
            format!(
                "{tag}: «{text}» desaparece con su {what}. Una marca con la letra {letter} va sola en su {what}: mueva el texto a otro lugar."
            )
        }
        Problem::Printed { write, list: true } => {
            format!("{tag} es una lista: saldría con corchetes y comillas. Escriba {write}, o un ciclo.")
        }
        Problem::Printed { write, list: false } => format!("{tag} reúne varios valores. Escriba cuál, como en {write}."),
        Problem::Unclosed { statement } => format!("{tag} no tiene fin. Escriba {{% end{statement} %}} donde deba terminar."),
        Problem::Unopened { statement } => match statement.strip_prefix("end") {
            Some(opening) => format!("{tag} no cierra nada. Escriba {{% {opening} … %}} antes, o bórrelo."),
            None => format!("{tag} no pertenece a nada. Escriba {{% if … %}} antes, o bórrelo."),
        },
        Problem::TagNotClosed { closing } => {
            format!("{tag}: falta el cierre {closing} en este párrafo. Una marca empieza y termina en un mismo párrafo de una misma celda.")
        }
        Problem::CrossesCell => format!(
            "{tag} empieza en una celda y termina en otra. Para repetir una fila, escriba {{%tr for … %}} en una fila encima y {{%tr endfor %}} en una fila debajo."
        ),
        Problem::Tangled => format!(
            "{tag}: el comienzo y el fin no están en el mismo nivel (cuadro de texto, enlace, otra tabla). Póngalos en el mismo lugar."
        ),
        Problem::TooDeep => format!("{tag}: hay más bloques unos dentro de otros de los que se pueden seguir. Sepárelos."),
        Problem::OutsideLoop => {
            format!("{tag} une las celdas de un ciclo, pero no está en ninguno. Escriba {{% for … %}} alrededor, o bórrelo.")
        }
        Problem::NotInTable => {
            format!("{tag} es una marca para tablas, pero no está en ninguna. Use {{%p … %}} aquí, o quite la letra.")
        }
        Problem::UnknownStatement { statement, nearest: Some(nearest) } => {
            format!("{tag}: no existe «{statement}». ¿Quiso decir «{nearest}»?")
        }
        Problem::UnknownStatement { statement, nearest: None } => {
            format!("{tag}: «{statement}» no se permite en un documento. Use for, if, elif, else, set y sus cierres.")
        }
        Problem::NotDrawn { feature: what } => {
            format!("Los informes no muestran {}, solo su espacio. Ponga una imagen (PNG o JPEG) en su lugar.", feature(what))
        }
        Problem::DrawnOtherwise { feature: what } => format!("Los informes no lo muestran como Word: {}.", feature(what)),
        Problem::PictureNotShown { part, reason } if part.contains("/media/") => {
            format!("La imagen {part} no se muestra: {}.", picture(reason))
        }
        Problem::PictureNotShown { reason, .. } => format!("Una imagen no se muestra: {}.", picture(reason)),
        Problem::CutOff => "Un texto no cabe en su cuadro o celda y se corta, ya con los datos de muestra. Agrande el cuadro, o la celda de un bloque de imagen, o deje que el cuadro crezca con su texto.".to_owned(),
        Problem::PictureLink => format!("{tag} en el enlace de una imagen no se rellena: los informes llevarían a la marca misma. Ponga el enlace en un texto."),
        Problem::DrawnText => format!("{tag} en un gráfico o SmartArt no se rellena: los informes mostrarían la marca misma. Ponga el texto en un cuadro de texto o en una tabla."),
        Problem::MissingValue { name } => format!("{tag}: este informe no tiene valor para «{name}»."),
    }
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::NeedsNumber { filter } => format!("el filtro {filter} necesita un número"),
        Cause::NeedsDate => "el filtro date necesita una fecha como 2026-11-21".to_owned(),
        Cause::TooLarge => "produce demasiado; busque un ciclo o una asignación que hace crecer algo".to_owned(),
        Cause::WholeParagraphs => "el valor son párrafos enteros; escriba su marca como {{p …}} en un párrafo propio".to_owned(),
        Cause::Picture => "las imágenes no pueden venir de los datos; póngalas en la plantilla y escriba {%p if … %} alrededor".to_owned(),
        Cause::Format => "ese formato no existe; use anchos, 0, una coma y las letras d, f, e, s y %".to_owned(),
        Cause::NoMethod => "lo que se llama ahí no existe para este valor".to_owned(),
        Cause::Arguments => "los valores entre sus paréntesis sobran o faltan".to_owned(),
        Cause::Operation => "no es posible con estos valores; revise el valor y lo que lo sigue".to_owned(),
    }
}

fn syntax(syntax: &Syntax) -> String {
    match syntax {
        Syntax::Empty => "no contiene nada. Escriba un nombre, como en {{ student.name }}.".to_owned(),
        Syntax::Bare { statement } if statement == "for" => "no dice sobre qué. Escriba {% for g in groups %}.".to_owned(),
        Syntax::Bare { statement } => format!("no dice para qué. Escríbalo como en {{% {statement} result.passed %}}."),
        Syntax::BracketOpen { bracket } => format!("el paréntesis {bracket} no se cierra."),
        Syntax::BracketExtra { bracket } => format!("el paréntesis {bracket} no cierra nada."),
        Syntax::Quote => "falta una comilla: siempre van de a dos.".to_owned(),
        Syntax::SingleEquals => "para comparar se escribe == (dos signos).".to_owned(),
        Syntax::LoopWithoutIn => "un ciclo se escribe {% for g in groups %}: un nombre a su gusto, in, y la lista.".to_owned(),
        Syntax::Foreign { found, write } => format!("escriba «{write}» en vez de «{found}»."),
        Syntax::SideBySide { left, right } => {
            format!("nada une «{left}» y «{right}». Un nombre es una palabra, o palabras unidas por un punto (student.name).")
        }
        Syntax::Unfinished { sign } => format!("falta algo después de «{sign}»."),
        Syntax::TooMuch => "contiene más de lo que cabe en una marca. Divídala en varias.".to_owned(),
        Syntax::Other { near } => format!("no está escrito como las marcas («{near}»). Compárelo con los ejemplos de PLACEHOLDERS.md."),
    }
}

/// Why a picture is not shown; the engine says it in English.
fn picture(reason: &str) -> String {
    if let Some((format, _)) = reason.split_once(" pictures cannot be shown") {
        return format!("las imágenes {format} no se pueden mostrar; use PNG o JPEG");
    }
    let words = [
        ("only linked", "solo está enlazada, no guardada en el documento; insértela"),
        ("is missing", "falta en el archivo; insértela de nuevo"),
        ("damaged", "está dañada; insértela de nuevo"),
        ("pixels", "es demasiado grande; use una más chica"),
    ];
    let known = words.iter().find(|(english, _)| reason.contains(english)).map(|(_, spanish)| *spanish);
    known.unwrap_or("no se conoce su formato; use PNG o JPEG").to_owned()
}

/// What the engine does not draw, or draws otherwise; a feature without words of its own keeps the engine's.
fn feature(english: &str) -> &str {
    let known = FEATURES.iter().find(|(words, _)| english.starts_with(words));
    known.map_or(english, |(_, spanish)| spanish)
}

const FEATURES: &[(&str, &str)] = &[
    ("a chart", "un gráfico de Word"),
    ("SmartArt", "un SmartArt"),
    ("WordArt", "un WordArt"),
    ("an embedded document", "un documento incrustado (altChunk)"),
    ("a linked subdocument", "un subdocumento enlazado"),
    ("ink", "trazos de lápiz"),
    ("a drawing of an unknown kind", "un dibujo de una clase desconocida"),
    ("a linked picture", "una imagen enlazada"),
    ("a picture without data", "una imagen sin datos"),
    ("an embedded object", "un objeto incrustado"),
    ("automatic hyphenation", "la división automática de palabras (quedan enteras)"),
    ("two pages on one sheet", "dos páginas en una hoja (cada una queda aparte)"),
    ("compressed punctuation", "la puntuación comprimida"),
    ("the compatibility setting", "un ajuste de compatibilidad con versiones antiguas de Word"),
    ("an emphasis mark", "una marca de énfasis"),
    ("two lines in one", "dos líneas en una, o texto girado en su línea"),
    ("text fitted to a width", "texto ajustado a un ancho"),
    ("text squeezed into its cell", "texto apretado en su celda"),
    ("indents that change sides", "sangrías que cambian de lado en las páginas pares"),
    ("lines that end inside words", "líneas que terminan dentro de una palabra"),
    ("frames that may not overlap", "marcos que no deben traslaparse"),
    ("floating tables that may not overlap", "tablas flotantes que no deben traslaparse"),
    ("a date block", "un bloque de fecha"),
    ("a paragraph of turned text", "un párrafo de texto girado"),
    ("page numbers of another form", "números de página de otra forma (salen 1, 2, 3)"),
    ("a text effect", "un efecto de texto (sombra, brillo, contorno, relieve)"),
    ("an effect of a shape", "un efecto de una forma o imagen (sombra, brillo, reflejo, bisel)"),
    ("a recoloured picture", "una imagen con otros colores"),
    ("text around an outline", "texto alrededor de un contorno (rodea el rectángulo)"),
    ("a page of turned text", "una página de texto girado"),
    ("a grid for characters", "una cuadrícula de caracteres (las líneas sí siguen la suya)"),
    ("text spread over the page's height", "texto repartido en el alto de la página"),
    ("a section without its endnotes", "una sección sin sus notas al final"),
    ("a page border of pictures", "un borde de página de dibujos (sale una línea)"),
    ("footnotes", "notas al pie en otro lugar que el pie de la página"),
    ("endnotes", "notas al final de su sección"),
    ("notes counted anew", "notas que se numeran de nuevo en cada página o sección"),
    ("note numbers of another form", "números de notas de otra forma (salen 1, 2, 3)"),
    ("list numbers of another form", "números de lista de otra forma (salen 1, 2, 3)"),
    ("the shape", "una forma especial (sale un rectángulo)"),
    ("ruby text", "texto sobre las letras (solo sale el de abajo)"),
    ("text with a direction of its own", "texto con dirección propia"),
    ("a VML shape", "una forma antigua de Word con fórmulas (sale un rectángulo)"),
    ("a character of the font", "un carácter de una fuente de símbolos que no se conoce"),
    ("a formula nested", "una fórmula con demasiados niveles"),
    ("a page background", "un fondo de página con imagen o degradado (sale un solo color)"),
    ("a picture or group drawn over", "una imagen o un grupo dibujado sobre un gráfico"),
    ("a part of a chart", "una parte de un gráfico de Word"),
    ("a row of a floating table", "una fila de una tabla flotante más alta que su página (se corta)"),
    ("columns of equal height", "columnas de igual altura al final de un bloque de varias páginas"),
    ("content nested too deeply", "contenido con demasiados niveles, uno dentro de otro"),
    ("fields or links nested", "campos o enlaces con demasiados niveles, uno dentro de otro"),
    ("headers, footers and repeated rows", "encabezados, pies y filas que se repiten en tantas páginas"),
    ("tables or text boxes nested", "tablas o cuadros de texto con demasiados niveles, uno dentro de otro"),
    ("text along a bent path", "texto curvado (WordArt; las palabras salen rectas)"),
    ("text bent along a shape", "texto curvado (WordArt; las palabras salen rectas)"),
    ("text that goes on in a box before its own", "texto que sigue en un cuadro anterior al suyo (ordene los cuadros como se leen)"),
    ("text that goes on in so many boxes", "texto que sigue en tantos cuadros"),
    ("text that may not wrap in its cell", "texto que no debe partirse en su celda"),
    ("what comes after page 20,000", "lo que sigue después de la página 20.000"),
];
