//! People, and signing in by mail.

use super::words;

words! {
    /// People.
    People {
        title: "Personas", "People", "Pessoas";
        lead: "Quién puede entrar con su correo. Las claves de acceso siguen valiendo aparte.", "Who may sign in by mail. Access keys go on beside it.", "Quem pode entrar com seu e-mail. As chaves de acesso continuam valendo à parte.";
        empty: "Solo entra quien tiene una clave. Agrega a la secretaria con su correo.", "Only who has a key comes in. Add the secretary by her address.", "Só entra quem tem uma chave. Adicione a secretária com o e-mail dela.";
        name: "Nombre", "Name", "Nome";
        email: "Correo", "E-mail", "E-mail";
        role: "Rol", "Role", "Papel";
        added: "Desde", "Since", "Desde";
        add: "Agregar a una persona", "Add a person", "Adicionar uma pessoa";
        add_go: "Agregar", "Add", "Adicionar";
        remove: "Quitar", "Remove", "Remover";
        remove_question: "¿Quitar a {name}? Dejará de entrar en un minuto, también donde ya entró.", "Remove {name}? They can no longer come in within a minute, even where they are signed in.", "Remover {name}? Deixará de entrar em um minuto, também onde já entrou.";
        send_link: "Enviar enlace", "Send a link", "Enviar link";
        link_sent: "El enlace va en camino. Vale 15 minutos y una sola vez.", "The link is on its way. It is good for 15 minutes, once.", "O link está a caminho. Vale 15 minutos e uma única vez.";
        added_said: "Agregada. Envíale un enlace para entrar.", "Added. Send them a link to sign in.", "Adicionada. Envie-lhe um link para entrar.";
        removed_said: "Quitada.", "Removed.", "Removida.";
        known: "Esa dirección ya está en la lista.", "That address is on the list already.", "Esse endereço já está na lista.";
        no_url: "Para mandar enlaces, quien administra debe poner CONSOLE_URL con la dirección de esta página.", "To send links, the administrator must set CONSOLE_URL to this page's address.", "Para enviar links, quem administra deve definir CONSOLE_URL com o endereço desta página.";
        sign_in_mail: "Entrar con mi correo", "Sign in by e-mail", "Entrar com meu e-mail";
        sign_in_hint: "Te llega un enlace que vale 15 minutos.", "You get a link that is good for 15 minutes.", "Você recebe um link que vale 15 minutos.";
        sign_in_go: "Enviarme un enlace", "Send me a link", "Enviar-me um link";
        sign_in_said: "Si estás en la lista, te llega un enlace en unos minutos. Mira también el correo no deseado.", "If you are on the list, a link arrives within minutes. Look into the spam folder, too.", "Se você está na lista, um link chega em minutos. Olhe também o spam.";
        link_title: "Entrar", "Sign in", "Entrar";
        link_lead: "Pulsa el botón para entrar en este equipo.", "Press the button to sign in on this computer.", "Aperte o botão para entrar neste computador.";
        link_bad: "Este enlace ya no vale. Pide otro en la página para entrar.", "This link is no longer good. Ask for another on the sign-in page.", "Este link já não vale. Peça outro na página de entrada.";
        mail_subject: "Tu enlace para entrar a los informes", "Your link to the reports", "Seu link para entrar nos relatórios";
        mail_text: "Hola, {name}:\n\nCon este enlace entras a los informes de {school}. Vale 15 minutos y una sola vez:\n\n{link}\n\nSi no lo pediste, no hagas nada.", "Hello {name},\n\nThis link takes you to the reports of {school}. It is good for 15 minutes, once:\n\n{link}\n\nIf you did not ask for it, do nothing.", "Olá, {name}:\n\nCom este link você entra nos relatórios de {school}. Vale 15 minutos e uma única vez:\n\n{link}\n\nSe você não pediu, não faça nada.";
    }
}
