//! What is wrong and what to do, in Portuguese.

use super::{Cause, Container, Finding, Problem, opening};
use crate::report::template::syntax::Syntax;

pub(super) fn message(finding: &Finding) -> String {
    let tag = &finding.tag;
    match &finding.problem {
        Problem::UnknownName { name, nearest: Some(nearest), .. } => format!("{tag}: não existe “{name}”. Quis dizer “{nearest}”?"),
        Problem::UnknownName { name, nearest: None, known } if !known.is_empty() => {
            format!("{tag}: não existe “{name}”. Há {}.", known.join(", "))
        }
        Problem::UnknownName { name, .. } => {
            format!("{tag}: não existe “{name}”. Use um nome de PLACEHOLDERS.md ou dos seus próprios dados (--data).")
        }
        Problem::UnknownFilter { name, nearest: Some(nearest) } => {
            format!("{tag}: não existe o filtro “{name}”. Quis dizer “{nearest}”?")
        }
        Problem::UnknownFilter { name, nearest: None } => {
            format!(
                "{tag}: não existe o filtro “{name}”. Os filtros são percent, number, date, upper, lower, title, join, default; PLACEHOLDERS.md traz todos."
            )
        }
        Problem::Evaluation { reason } => format!("{tag}: não pode ser calculado: {}.", cause(reason)),
        Problem::EvaluationOfNothing { reason } => format!(
            "{tag}: não pode ser calculado para todos: {}. Em alguns relatórios falta o valor, como a coorte nos dos primeiros estudantes. Escreva {{% if … %}} em volta, ou |default(0) depois do valor.",
            cause(reason)
        ),
        Problem::Syntax { reason } => format!("{tag}: {}", syntax(reason)),
        Problem::Miswritten { write } if write.starts_with("{%") && tag.contains('%') => {
            format!("{tag} não está escrito como uma marca: escreva {write}, sem espaço nem outro sinal entre {{% e suas letras.")
        }
        Problem::Miswritten { write } => format!("{tag} não é uma marca: o estudante leria isso tal como está. Quis dizer {write}?"),
        Problem::LoneClosing => format!(
            "{tag} fecha uma marca que não foi aberta: o estudante leria isso tal como está. Escreva {} antes do nome, ou apague-o.",
            opening(tag)
        ),
        Problem::Quotation { write } => {
            format!("{tag} fica como está: minúsculas entre « e » são uma citação. Para o valor de cada estudante escreva {write}.")
        }
        Problem::TextLost { text, container } => {
            let (what, letter) = match container {
                Container::Paragraph => ("parágrafo", "p"),
                Container::Cell => ("célula", "tc"),
                Container::Row => ("linha", "tr"),
            };
            format!(
                "{tag}: “{text}” desaparece com a sua marca ({what}). Uma marca com a letra {letter} fica sozinha ({what}): mude o texto de lugar."
            )
        }
        Problem::Printed { write, list: true } => {
            format!("{tag} é uma lista: sairia com colchetes e aspas. Escreva {write}, ou um laço.")
        }
        Problem::Printed { write, list: false } => format!("{tag} reúne vários valores. Escreva qual, como em {write}."),
        Problem::Unclosed { statement } => format!("{tag} não tem fim. Escreva {{% end{statement} %}} onde deve terminar."),
        Problem::Unopened { statement } => match statement.strip_prefix("end") {
            Some(opening) => format!("{tag} não fecha nada. Escreva {{% {opening} … %}} antes, ou apague-o."),
            None => format!("{tag} não pertence a nada. Escreva {{% if … %}} antes, ou apague-o."),
        },
        Problem::TagNotClosed { closing } => {
            format!("{tag}: falta o fechamento {closing} neste parágrafo. Uma marca começa e termina no mesmo parágrafo de uma mesma célula.")
        }
        Problem::CrossesCell => format!(
            "{tag} começa em uma célula e termina em outra. Para repetir uma linha, escreva {{%tr for … %}} em uma linha acima e {{%tr endfor %}} em uma linha abaixo."
        ),
        Problem::Tangled => format!(
            "{tag}: o começo e o fim não estão no mesmo nível (caixa de texto, link, outra tabela). Ponha-os no mesmo lugar."
        ),
        Problem::TooDeep => format!("{tag}: há mais blocos uns dentro dos outros do que se pode seguir. Separe-os."),
        Problem::OutsideLoop => {
            format!("{tag} une as células de um laço, mas não está em nenhum. Escreva {{% for … %}} em volta, ou apague-o.")
        }
        Problem::NotInTable => {
            format!("{tag} é uma marca para tabelas, mas não está em nenhuma. Use {{%p … %}} aqui, ou retire a letra.")
        }
        Problem::UnknownStatement { statement, nearest: Some(nearest) } => {
            format!("{tag}: não existe “{statement}”. Quis dizer “{nearest}”?")
        }
        Problem::UnknownStatement { statement, nearest: None } => {
            format!("{tag}: “{statement}” não é permitido em um documento. Use for, if, elif, else, set e seus fechamentos.")
        }
        Problem::NotDrawn { feature: what } => {
            format!("Os relatórios não mostram {}, só o seu espaço. Ponha uma imagem (PNG ou JPEG) no lugar.", feature(what))
        }
        Problem::DrawnOtherwise { feature: what } => format!("Os relatórios não o mostram como o Word: {}.", feature(what)),
        Problem::PictureNotShown { part, reason } if part.contains("/media/") => {
            format!("A imagem {part} não é mostrada: {}.", picture(reason))
        }
        Problem::PictureNotShown { reason, .. } => format!("Uma imagem não é mostrada: {}.", picture(reason)),
        Problem::CutOff => "Um texto não cabe na sua caixa ou célula e é cortado, já com os dados de exemplo. Aumente a caixa, ou a célula de um bloco de imagem, ou deixe que a caixa cresça com o seu texto.".to_owned(),
        Problem::PictureLink => format!("{tag} no link de uma imagem não é preenchido: os relatórios levariam à própria marca. Ponha o link em um texto."),
        Problem::DrawnText => format!("{tag} em um gráfico ou SmartArt não é preenchido: os relatórios mostrariam a própria marca. Ponha o texto em uma caixa de texto ou em uma tabela."),
        Problem::MissingValue { name } => format!("{tag}: este relatório não tem valor para “{name}”."),
    }
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::NeedsNumber { filter } => format!("o filtro {filter} precisa de um número"),
        Cause::NeedsDate => "o filtro date precisa de uma data como 2026-11-21".to_owned(),
        Cause::TooLarge => "produz demais; procure um laço ou uma atribuição que faz algo crescer".to_owned(),
        Cause::WholeParagraphs => "o valor são parágrafos inteiros; escreva a sua marca como {{p …}} em um parágrafo próprio".to_owned(),
        Cause::Picture => "as imagens não podem vir dos dados; ponha-as no modelo e escreva {%p if … %} em volta".to_owned(),
        Cause::Format => "esse formato não existe; use larguras, 0, uma vírgula e as letras d, f, e, s e %".to_owned(),
        Cause::NoMethod => "o que se chama ali não existe para este valor".to_owned(),
        Cause::Arguments => "os valores entre seus parênteses sobram ou faltam".to_owned(),
        Cause::Operation => "não é possível com estes valores; reveja o valor e o que o segue".to_owned(),
    }
}

fn syntax(syntax: &Syntax) -> String {
    match syntax {
        Syntax::Empty => "não contém nada. Escreva um nome, como em {{ student.name }}.".to_owned(),
        Syntax::Bare { statement } if statement == "for" => "não diz sobre o quê. Escreva {% for g in groups %}.".to_owned(),
        Syntax::Bare { statement } => format!("não diz para quê. Escreva como em {{% {statement} result.passed %}}."),
        Syntax::BracketOpen { bracket } => format!("o parêntese {bracket} não se fecha."),
        Syntax::BracketExtra { bracket } => format!("o parêntese {bracket} não fecha nada."),
        Syntax::Quote => "falta uma aspa: elas vêm sempre aos pares.".to_owned(),
        Syntax::SingleEquals => "para comparar escreve-se == (dois sinais).".to_owned(),
        Syntax::LoopWithoutIn => "um laço escreve-se {% for g in groups %}: um nome à sua escolha, in, e a lista.".to_owned(),
        Syntax::Foreign { found, write } => format!("escreva “{write}” em vez de “{found}”."),
        Syntax::SideBySide { left, right } => {
            format!("nada une “{left}” e “{right}”. Um nome é uma palavra, ou palavras unidas por um ponto (student.name).")
        }
        Syntax::Unfinished { sign } => format!("falta algo depois de “{sign}”."),
        Syntax::TooMuch => "contém mais do que cabe em uma marca. Divida-a em várias.".to_owned(),
        Syntax::Other { near } => format!("não está escrito como as marcas (“{near}”). Compare com os exemplos de PLACEHOLDERS.md."),
    }
}

/// Why a picture is not shown; the engine says it in English.
fn picture(reason: &str) -> String {
    if let Some((format, _)) = reason.split_once(" pictures cannot be shown") {
        return format!("as imagens {format} não podem ser mostradas; use PNG ou JPEG");
    }
    let words = [
        ("only linked", "só está vinculada, não guardada no documento; insira-a"),
        ("is missing", "falta no arquivo; insira-a de novo"),
        ("damaged", "está danificada; insira-a de novo"),
        ("pixels", "é grande demais; use uma menor"),
    ];
    let known = words.iter().find(|(english, _)| reason.contains(english)).map(|(_, portuguese)| *portuguese);
    known.unwrap_or("seu formato não é conhecido; use PNG ou JPEG").to_owned()
}

/// What the engine does not draw, or draws otherwise; a feature without words of its own keeps the engine's.
fn feature(english: &str) -> &str {
    let known = FEATURES.iter().find(|(words, _)| english.starts_with(words));
    known.map_or(english, |(_, portuguese)| portuguese)
}

const FEATURES: &[(&str, &str)] = &[
    ("a chart", "um gráfico do Word"),
    ("SmartArt", "um SmartArt"),
    ("WordArt", "um WordArt"),
    ("an embedded document", "um documento incorporado (altChunk)"),
    ("a linked subdocument", "um subdocumento vinculado"),
    ("ink", "traços de tinta"),
    ("a drawing of an unknown kind", "um desenho de um tipo desconhecido"),
    ("a linked picture", "uma imagem vinculada"),
    ("a picture without data", "uma imagem sem dados"),
    ("an embedded object", "um objeto incorporado"),
    ("automatic hyphenation", "a hifenização automática (as palavras ficam inteiras)"),
    ("two pages on one sheet", "duas páginas em uma folha (cada uma fica à parte)"),
    ("compressed punctuation", "a pontuação comprimida"),
    ("the compatibility setting", "um ajuste de compatibilidade com versões antigas do Word"),
    ("an emphasis mark", "uma marca de ênfase"),
    ("two lines in one", "duas linhas em uma, ou texto girado na sua linha"),
    ("text fitted to a width", "texto ajustado a uma largura"),
    ("text squeezed into its cell", "texto apertado na sua célula"),
    ("indents that change sides", "recuos que mudam de lado nas páginas pares"),
    ("lines that end inside words", "linhas que terminam dentro de uma palavra"),
    ("frames that may not overlap", "molduras que não devem se sobrepor"),
    ("floating tables that may not overlap", "tabelas flutuantes que não devem se sobrepor"),
    ("a date block", "um bloco de data"),
    ("a paragraph of turned text", "um parágrafo de texto girado"),
    ("page numbers of another form", "números de página de outra forma (saem 1, 2, 3)"),
    ("a text effect", "um efeito de texto (sombra, brilho, contorno, relevo)"),
    ("an effect of a shape", "um efeito de uma forma ou imagem (sombra, brilho, reflexo, bisel)"),
    ("a recoloured picture", "uma imagem com outras cores"),
    ("text around an outline", "texto em volta de um contorno (contorna o retângulo)"),
    ("a page of turned text", "uma página de texto girado"),
    ("a grid for characters", "uma grade de caracteres (as linhas seguem a sua)"),
    ("text spread over the page's height", "texto distribuído na altura da página"),
    ("a section without its endnotes", "uma seção sem suas notas de fim"),
    ("a page border of pictures", "uma borda de página de desenhos (sai uma linha)"),
    ("footnotes", "notas de rodapé em outro lugar que o rodapé da página"),
    ("endnotes", "notas no fim da sua seção"),
    ("notes counted anew", "notas que se numeram de novo em cada página ou seção"),
    ("note numbers of another form", "números de notas de outra forma (saem 1, 2, 3)"),
    ("list numbers of another form", "números de lista de outra forma (saem 1, 2, 3)"),
    ("the shape", "uma forma especial (sai um retângulo)"),
    ("ruby text", "texto sobre as letras (só sai o de baixo)"),
    ("text with a direction of its own", "texto com direção própria"),
    ("a VML shape", "uma forma antiga do Word com fórmulas (sai um retângulo)"),
    ("a character of the font", "um caractere de uma fonte de símbolos que não se conhece"),
    ("a formula nested", "uma fórmula com níveis demais"),
    ("a page background", "um fundo de página com imagem ou gradiente (sai uma só cor)"),
    ("a picture or group drawn over", "uma imagem ou um grupo desenhado sobre um gráfico"),
    ("a part of a chart", "uma parte de um gráfico do Word"),
    ("a row of a floating table", "uma linha de uma tabela flutuante mais alta que sua página (é cortada)"),
    ("columns of equal height", "colunas de igual altura no fim de um bloco de várias páginas"),
    ("content nested too deeply", "conteúdo com níveis demais, um dentro do outro"),
    ("fields or links nested", "campos ou links com níveis demais, um dentro do outro"),
    ("headers, footers and repeated rows", "cabeçalhos, rodapés e linhas que se repetem em tantas páginas"),
    ("tables or text boxes nested", "tabelas ou caixas de texto com níveis demais, uma dentro da outra"),
    ("text along a bent path", "texto curvado (WordArt; as palavras saem retas)"),
    ("text bent along a shape", "texto curvado (WordArt; as palavras saem retas)"),
    ("text that goes on in a box before its own", "texto que continua em uma caixa anterior à sua (ordene as caixas como se leem)"),
    ("text that goes on in so many boxes", "texto que continua em tantas caixas"),
    ("text that may not wrap in its cell", "texto que não deve quebrar na sua célula"),
    ("what comes after page 20,000", "o que vem depois da página 20.000"),
];
