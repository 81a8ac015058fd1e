//! What a report's state is called, and what it means.

use super::words;

words! {
    /// The states of a report.
    States {
        queued: "En cola", "Queued", "Na fila";
        again: "Se reintenta", "Tried again", "Nova tentativa";
        again_at: "Se reintenta a las {at}", "Tried again at {at}", "Nova tentativa às {at}";
        running: "En curso", "In progress", "Em andamento";
        sent: "Enviado", "Sent", "Enviado";
        filed: "Archivado, sin enviar", "Filed, not sent", "Arquivado, não enviado";
        duplicate: "Repetido", "Repeat", "Repetido";
        skipped: "No correspondía", "Not due", "Não se aplicava";
        waits: "Espera a una persona", "Waits for a person", "Aguarda uma pessoa";
        failed: "No se pudo enviar", "Could not be sent", "Não foi possível enviar";
        discarded: "Descartado", "Discarded", "Descartado";
        damaged: "Registro dañado", "Damaged record", "Registro danificado";
        queued_means: "Parte solo en un momento.", "Starts by itself in a moment.", "Começa sozinho em um instante.";
        again_means: "Algo de afuera falló por ahora. Se reintenta solo.", "Something outside failed for now. It is tried again automatically.", "Algo de fora falhou por agora. Tenta de novo sozinho.";
        running_means: "Se está haciendo en este momento.", "It is being made at this moment.", "Está sendo feito neste momento.";
        sent_means: "El servidor de correo lo aceptó. No significa que el estudiante ya lo leyó.", "The mail server took it. It does not mean that the student has read it.", "O servidor de e-mail aceitou. Não significa que o estudante já leu.";
        filed_means: "El PDF está hecho y guardado; no salió ningún correo.", "The PDF is made and kept; no mail went out.", "O PDF está feito e guardado; nenhum e-mail saiu.";
        duplicate_means: "La plataforma avisó dos veces de lo mismo. No se envió otra vez.", "The platform told of the same twice. It was not sent again.", "A plataforma avisou duas vezes do mesmo. Não foi enviado de novo.";
        skipped_means: "La regla de repeticiones del colegio deja el informe anterior.", "The school's rule for retakes keeps the earlier report.", "A regra de repetições da escola mantém o relatório anterior.";
        waits_means: "Falta algo que solo una persona puede arreglar. Está en «Por resolver».", "Something is missing that only a person can fix. It stands under “To do”.", "Falta algo que só uma pessoa pode resolver. Está em “A resolver”.";
        failed_means: "Se intentó muchas veces y se dejó de intentar. Se puede intentar de nuevo.", "It was tried many times and given up. It can be tried again.", "Tentou-se muitas vezes e desistiu-se. Pode-se tentar de novo.";
        discarded_means: "Una persona decidió que no se envíe nada.", "A person decided that nothing is sent.", "Uma pessoa decidiu que nada será enviado.";
        damaged_means: "Los datos guardados no se pueden leer. Avisa a la persona técnica.", "What was kept cannot be read. Tell the technical person.", "Os dados guardados não podem ser lidos. Avise a pessoa técnica.";
    }
}
