//! Keys of programs.

use super::words;

words! {
    /// Keys of programs.
    KeyWords {
        title: "Claves de programas", "Keys of programs", "Chaves de programas";
        lead: "Con una clave, otro programa usa los informes o las entregas por su cuenta. Cada una se puede terminar sola, sin tocar las demás.", "With a key, another program uses reports or deliveries by itself. Each can be ended alone, without touching the others.", "Com uma chave, outro programa usa os relatórios ou as entregas por conta própria. Cada uma pode ser encerrada sozinha, sem tocar nas outras.";
        empty: "Ningún programa tiene clave todavía.", "No program has a key yet.", "Nenhum programa tem chave ainda.";
        name: "Para qué", "What for", "Para quê";
        name_hint: "Como la reconocerás después: «Intranet», «Notas de la universidad».", "As you will know it later: “Intranet”, “Grades of the university”.", "Como você a reconhecerá depois: “Intranet”, “Notas da universidade”.";
        number: "Número", "Number", "Número";
        role: "Puede", "May", "Pode";
        institution: "Institución", "Institution", "Instituição";
        institution_hint: "Su identificador. Hace falta para quien gestiona o mira una institución.", "Its id. Needed for who manages or looks at one institution.", "Seu identificador. Necessário para quem gerencia ou vê uma instituição.";
        every: "Todas", "All of them", "Todas";
        created: "Desde", "Since", "Desde";
        used: "Último uso", "Last used", "Último uso";
        never: "Nunca", "Never", "Nunca";
        until: "Hasta", "Until", "Até";
        for_ever: "Sin fin", "No end", "Sem fim";
        days: "Vale por", "Good for", "Vale por";
        days_30: "30 días", "30 days", "30 dias";
        days_365: "Un año", "One year", "Um ano";
        state: "Estado", "State", "Estado";
        good: "Vale", "Good", "Vale";
        revoked: "Terminada", "Ended", "Encerrada";
        expired: "Vencida", "Expired", "Vencida";
        add: "Crear una clave", "Make a key", "Criar uma chave";
        add_go: "Crear", "Make it", "Criar";
        missing: "Escribe para qué es.", "Write what it is for.", "Escreva para que é.";
        no_institution: "No hay una institución con ese identificador.", "There is no institution of that id.", "Não há uma instituição com esse identificador.";
        once_title: "La clave nueva", "The new key", "A chave nova";
        once: "Se muestra solo ahora. Cópiala y guárdala donde se guardan las contraseñas: aquí queda solo una huella de ella.", "It is shown only now. Copy it and keep it where passwords are kept: only a fingerprint of it stays here.", "É mostrada só agora. Copie-a e guarde-a onde se guardam as senhas: aqui fica só uma impressão dela.";
        kept: "La guardé", "I have kept it", "Eu a guardei";
        go_on: "Seguir", "Go on", "Continuar";
        revoke: "Terminar", "End", "Encerrar";
        revoke_question: "¿Terminar la clave «{name}»? El programa que la usa deja de entrar en unos segundos. No se puede deshacer: habrá que crear otra.", "End the key “{name}”? The program that uses it can no longer come in within seconds. It cannot be undone: another one will have to be made.", "Encerrar a chave “{name}”? O programa que a usa deixa de entrar em segundos. Não se pode desfazer: será preciso criar outra.";
        revoked_said: "Terminada: ya no abre nada.", "Ended: it opens nothing any more.", "Encerrada: já não abre nada.";
    }
}
