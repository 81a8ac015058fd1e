//! What the admin is told of calls that were not taken, in the school's language.

use crate::http::error::ApiError;
use crate::http::state::Sentence;

/// An authentic call that was turned away; `None` for what the platform repeats by itself.
pub fn turned_away(answer: &ApiError) -> Option<Sentence> {
    let (es, en, pt) = match answer {
        ApiError::Malformed(reason) => (
            format!("el cuerpo no se entiende (detalle: {reason})"),
            format!("its body cannot be read: {reason}"),
            format!("o corpo não é entendido (detalhe: {reason})"),
        ),
        ApiError::UnsupportedMediaType(reason) => (
            format!("su formato o compresión no se acepta (detalle: {reason})"),
            format!("its format or compression is not taken: {reason}"),
            format!("seu formato ou compressão não é aceito (detalhe: {reason})"),
        ),
        ApiError::TooLarge(most) => (
            format!("el cuerpo tiene más de {most} bytes (MAX_BODY_BYTES)"),
            format!("its body has more than {most} bytes (MAX_BODY_BYTES)"),
            format!("o corpo tem mais de {most} bytes (MAX_BODY_BYTES)"),
        ),
        _ => return None,
    };
    Some(Sentence {
        es: format!(
            "Un aviso de la plataforma con la clave correcta se rechazó: {es}. Corrija el cuerpo o los encabezados en la automatización de la plataforma."
        ),
        en: format!(
            "A call of the platform with the right key was turned away: {en}. Correct the body or the headers in the platform's automation."
        ),
        pt: format!(
            "Um aviso da plataforma com a chave correta foi recusado: {pt}. Corrija o corpo ou os cabeçalhos na automação da plataforma."
        ),
    })
}

/// Many calls without a good signature.
pub fn many_unsigned(count: u64) -> Sentence {
    Sentence {
        es: format!(
            "En la última hora llegaron {count} avisos a /webhook sin firma o con una firma que no coincide con WEBHOOK_SECRET; no se leyó ninguno."
        ),
        en: format!(
            "{count} calls to /webhook came within the last hour without a signature or with one that does not fit WEBHOOK_SECRET; none was read."
        ),
        pt: format!(
            "Na última hora chegaram {count} avisos a /webhook sem assinatura ou com uma que não confere com WEBHOOK_SECRET; nenhum foi lido."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_lost_is_told_and_each_language_has_its_own_words() {
        for answer in [ApiError::Malformed("no JSON".into()), ApiError::UnsupportedMediaType("no gzip".into()), ApiError::TooLarge(1024)] {
            let told = turned_away(&answer).unwrap();
            assert!(told.es.starts_with("Un aviso") && told.en.starts_with("A call") && told.pt.starts_with("Um aviso"), "{told:?}");
        }
        for answer in [ApiError::Timeout, ApiError::Internal, ApiError::InvalidSignature] {
            assert_eq!(turned_away(&answer), None, "{answer:?}");
        }
    }
}
