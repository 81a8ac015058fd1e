//! Institutions, endpoints and what was sent to them.

use super::words;

words! {
    /// The pages of the gateway.
    Institutions {
        title: "Instituciones", "Institutions", "Instituições";
        one: "{n} institución", "{n} institution", "{n} instituição";
        many: "{n} instituciones", "{n} institutions", "{n} instituições";
        none: "Nadie se ha registrado todavía. Registra la primera: su identificador, su nombre y la dirección donde recibe.", "Nobody has registered yet. Register the first one: its id, its name and the address where it receives.", "Ninguém se registrou ainda. Registre a primeira: seu identificador, seu nome e o endereço onde recebe.";
        no_endpoint: "Sin destino: no se le envía nada.", "No endpoint: nothing is sent to it.", "Sem destino: nada lhe é enviado.";
        on: "Activo", "Active", "Ativo";
        off: "Desactivado", "Disabled", "Desativado";
        off_failing: "Desactivado tras cinco días de fallos.", "Disabled after five days of failures.", "Desativado após cinco dias de falhas.";
        off_gone: "Desactivado: el receptor dijo que ya no existe (410).", "Disabled: the receiver said that it is gone (410).", "Desativado: o receptor disse que não existe mais (410).";
        off_asked: "Alguien lo desactivó.", "Somebody disabled it.", "Alguém o desativou.";
        see_deliveries: "Ver entregas", "See deliveries", "Ver entregas";
        student_one: "{n} estudiante", "{n} student", "{n} estudante";
        student_many: "{n} estudiantes", "{n} students", "{n} estudantes";
        events: "Eventos", "Events", "Eventos";
        all_events: "todos", "all", "todos";
        retries: "Se reintenta tras", "Tried again after", "Tenta de novo após";
        rate: "Envíos por segundo", "Deliveries per second", "Envios por segundo";
        since: "Registrado", "Registered", "Registrado";
        pause: "Pausar", "Pause", "Pausar";
        resume: "Reanudar", "Resume", "Retomar";
        rotate: "Cambiar el secreto", "Rotate the secret", "Trocar o segredo";
        paused: "Está en pausa: no se le envía nada.", "It is paused: nothing is sent to it.", "Está em pausa: nada lhe é enviado.";
        resumed: "Está activo de nuevo.", "It is active again.", "Está ativo de novo.";
        rotated: "El secreto nuevo ya firma; el anterior vale 24 horas más.", "The new secret signs already; the one before is good for 24 more hours.", "O segredo novo já assina; o anterior vale mais 24 horas.";
        dead: "Sin entregar", "Not delivered", "Não entregues";
        replay_all: "Enviar de nuevo", "Send again", "Enviar de novo";
        replayed: "Eventos que se envían de nuevo: {n}.", "Events that are sent again: {n}.", "Eventos que são enviados de novo: {n}.";
        when: "Cuándo", "When", "Quando";
        event: "Evento", "Event", "Evento";
        tries: "Intentos", "Tries", "Tentativas";
        error: "Error", "Error", "Erro";
        register: "Registrar una escuela", "Register a school", "Registrar uma escola";
        register_lead: "La escuela recibe sus estudiantes por webhook, firmados con un secreto que solo ella y nosotros conocemos.", "The school receives its students by webhook, signed with a secret that only it and we know.", "A escola recebe seus estudantes por webhook, assinados com um segredo que só ela e nós conhecemos.";
        school_id: "Identificador", "Id", "Identificador";
        school_id_hint: "Letras, números, punto y guion: escuela-1", "Letters, digits, dot and dash: school-1", "Letras, números, ponto e hífen: escola-1";
        school_name: "Nombre", "Name", "Nome";
        url: "Dirección del webhook", "Webhook address", "Endereço do webhook";
        url_hint: "https://…", "https://…", "https://…";
        register_do: "Registrar", "Register", "Registrar";
        missing: "Faltan campos.", "Fields are missing.", "Faltam campos.";
        made: "Quedó registrada.", "It is registered.", "Está registrada.";
        secret: "Secreto", "Secret", "Segredo";
        secret_once: "No se volverá a mostrar. Guárdalo ahora donde se guardan los secretos.", "It will not be shown again. Keep it now where secrets are kept.", "Não será mostrado de novo. Guarde-o agora onde se guardam segredos.";
        kept: "Lo guardé", "I kept it", "Eu o guardei";
        go_on: "Continuar", "Continue", "Continuar";
        log: "Entregas de {school}", "Deliveries of {school}", "Entregas de {school}";
        log_none: "Nada que mostrar: todavía no se le ha enviado nada.", "Nothing to show: nothing has been sent to it yet.", "Nada para mostrar: nada lhe foi enviado ainda.";
        success: "Éxito", "Success", "Sucesso";
        failed: "Falló", "Failed", "Falhou";
        answer: "Respuesta", "Answer", "Resposta";
        endpoint: "Destino", "Endpoint", "Destino";
        status: "Estado", "Status", "Estado";
    }
}
