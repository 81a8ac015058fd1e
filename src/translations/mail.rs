//! What is said of the mail server.

use super::Sentence;

/// Of the mail server, stage by stage.
pub(super) const MAIL: &[Sentence] = &[
    [
        "{} (SMTP_SERVER, SMTP_PORT, EMAIL_USER, EMAIL_PASSWORD)",
        "{} (vea SMTP_SERVER, SMTP_PORT, EMAIL_USER, EMAIL_PASSWORD)",
        "{} (veja SMTP_SERVER, SMTP_PORT, EMAIL_USER, EMAIL_PASSWORD)",
    ],
    ["files in the outbox (nothing is sent)", "archivos en outbox (no se envía nada)", "arquivos em outbox (nada é enviado)"],
    ["memory (nothing is sent)", "memoria (no se envía nada)", "memória (nada é enviado)"],
    ["mail server {} ({}, with login)", "servidor de correo {} ({}, con usuario)", "servidor de e-mail {} ({}, com usuário)"],
    ["mail server {} ({}, without login)", "servidor de correo {} ({}, sin usuario)", "servidor de e-mail {} ({}, sem usuário)"],
    ["no TLS", "sin TLS", "sem TLS"],
    ["connecting: {}", "al conectar: {}", "ao conectar: {}"],
    ["starting TLS: {}", "al iniciar TLS: {}", "ao iniciar TLS: {}"],
    ["logging in: {}", "al iniciar sesión: {}", "ao entrar: {}"],
    ["naming the sender: {}", "al nombrar al remitente: {}", "ao informar o remetente: {}"],
    ["naming the recipient: {}", "al nombrar al destinatario: {}", "ao informar o destinatário: {}"],
    ["announcing the message: {}", "al anunciar el mensaje: {}", "ao anunciar a mensagem: {}"],
    ["handing over the message: {}", "al entregar el mensaje: {}", "ao entregar a mensagem: {}"],
    ["no reply within {} s", "sin respuesta en {} s", "sem resposta em {} s"],
    ["no answer within {} s", "sin respuesta en {} s", "sem resposta em {} s"],
    ["the host '{}' is not known ({})", "no se conoce el servidor '{}' ({})", "o servidor '{}' não é conhecido ({})"],
    ["correct SMTP_SERVER", "corrija SMTP_SERVER", "corrija SMTP_SERVER"],
    ["{} cannot be reached ({})", "no se puede llegar a {} ({})", "não é possível chegar a {} ({})"],
    ["Connection refused (os error {})", "conexión rechazada (os error {})", "conexão recusada (os error {})"],
    [
        "correct SMTP_SERVER and SMTP_PORT, or let a firewall pass it",
        "corrija SMTP_SERVER y SMTP_PORT, o déjela pasar en el cortafuegos",
        "corrija SMTP_SERVER e SMTP_PORT, ou deixe-a passar no firewall",
    ],
    [
        "the server offers no STARTTLS, so the password and the mails would go in the clear",
        "el servidor no ofrece STARTTLS, así que la contraseña y los correos irían sin cifrar",
        "o servidor não oferece STARTTLS, então a senha e os e-mails iriam sem cifra",
    ],
    [
        "correct SMTP_PORT (587), set SMTP_TLS=implicit (port 465), or SMTP_TLS=none for a relay on this machine",
        "corrija SMTP_PORT (587), defina SMTP_TLS=implicit (puerto 465), o SMTP_TLS=none para un servidor en esta misma máquina",
        "corrija SMTP_PORT (587), defina SMTP_TLS=implicit (porta 465), ou SMTP_TLS=none para um servidor nesta mesma máquina",
    ],
    [
        "port 465 begins with TLS: set SMTP_TLS=implicit, or SMTP_PORT=587",
        "el puerto 465 empieza con TLS: defina SMTP_TLS=implicit, o SMTP_PORT=587",
        "a porta 465 começa com TLS: defina SMTP_TLS=implicit, ou SMTP_PORT=587",
    ],
    [
        "if the server begins with TLS (port 465), set SMTP_TLS=implicit",
        "si el servidor empieza con TLS (puerto 465), defina SMTP_TLS=implicit",
        "se o servidor começa com TLS (porta 465), defina SMTP_TLS=implicit",
    ],
    ["the server closed the connection", "el servidor cerró la conexión", "o servidor fechou a conexão"],
    [
        "the server's answer to EHLO makes no sense",
        "la respuesta del servidor a EHLO no tiene sentido",
        "a resposta do servidor a EHLO não faz sentido",
    ],
    [
        "the server's greeting makes no sense: {}",
        "el saludo del servidor no tiene sentido: {}",
        "a saudação do servidor não faz sentido: {}",
    ],
    [
        "the server offers no login, but EMAIL_PASSWORD is set",
        "el servidor no ofrece iniciar sesión, pero EMAIL_PASSWORD está definido",
        "o servidor não oferece login, mas EMAIL_PASSWORD está definido",
    ],
    ["the server offers only {}", "el servidor solo ofrece {}", "o servidor só oferece {}"],
];

/// What to do about a refusal.
pub(super) const ADVICE: &[Sentence] = &[
    [
        "correct the student's address at the platform, then release the job",
        "corrija la dirección del estudiante en la plataforma y después libere el trabajo",
        "corrija o endereço do estudante na plataforma e depois libere o trabalho",
    ],
    [
        "correct the student's address at the platform, or use a mail server that takes such addresses (SMTPUTF8)",
        "corrija la dirección del estudiante en la plataforma, o use un servidor de correo que acepte esas direcciones (SMTPUTF8)",
        "corrija o endereço do estudante na plataforma, ou use um servidor de e-mail que aceite esses endereços (SMTPUTF8)",
    ],
    [
        "make the pictures of the report's template smaller, or use a mail server that takes larger mails, then release the job",
        "reduzca las imágenes de la plantilla del informe, o use un servidor que acepte correos más grandes, y después libere el trabajo",
        "reduza as imagens do modelo do relatório, ou use um servidor que aceite e-mails maiores, e depois libere o trabalho",
    ],
    [
        "look into the words of the mail server; change the mail's text or the template, then release the job",
        "vea lo que dice el servidor de correo; cambie el texto del correo o la plantilla, y después libere el trabajo",
        "veja o que diz o servidor de e-mail; mude o texto do e-mail ou o modelo, e depois libere o trabalho",
    ],
    [
        "nothing is lost: all mails wait and go automatically when the account may send again; for more mails a day use a larger plan or another provider",
        "no se pierde nada: los correos esperan y salen solos cuando la cuenta pueda enviar de nuevo; para más correos al día use un plan mayor u otro proveedor",
        "nada se perde: os e-mails esperam e saem sozinhos quando a conta puder enviar de novo; para mais e-mails por dia use um plano maior ou outro provedor",
    ],
    [
        "nothing is lost: all mails wait a moment and go automatically",
        "no se pierde nada: los correos esperan un momento y salen solos",
        "nada se perde: os e-mails esperam um momento e saem sozinhos",
    ],
    [
        "set EMAIL_FROM to an address that this account may send from, or verify the address or its domain (SPF, DKIM) at the provider",
        "defina EMAIL_FROM con una dirección desde la que esta cuenta pueda enviar, o verifique la dirección o su dominio (SPF, DKIM) con el proveedor",
        "defina EMAIL_FROM com um endereço do qual esta conta possa enviar, ou verifique o endereço ou seu domínio (SPF, DKIM) no provedor",
    ],
    [
        "set EMAIL_USER and EMAIL_PASSWORD, or have the provider let this machine send through SMTP_SERVER",
        "defina EMAIL_USER y EMAIL_PASSWORD, o haga que el proveedor permita a esta máquina enviar por SMTP_SERVER",
        "defina EMAIL_USER e EMAIL_PASSWORD, ou faça o provedor permitir que esta máquina envie por SMTP_SERVER",
    ],
    [
        "open the provider's page and unblock, activate or pay for the account of EMAIL_USER",
        "abra la página del proveedor y desbloquee, active o pague la cuenta de EMAIL_USER",
        "abra a página do provedor e desbloqueie, ative ou pague a conta de EMAIL_USER",
    ],
    [
        "have the provider allow this machine's address, or use another SMTP_SERVER; a mail service is better than sending from a machine of your own",
        "haga que el proveedor permita la dirección de esta máquina, o use otro SMTP_SERVER; un servicio de correo es mejor que enviar desde una máquina propia",
        "faça o provedor permitir o endereço desta máquina, ou use outro SMTP_SERVER; um serviço de e-mail é melhor que enviar de uma máquina própria",
    ],
    ["set EMAIL_USER and EMAIL_PASSWORD", "defina EMAIL_USER y EMAIL_PASSWORD", "defina EMAIL_USER e EMAIL_PASSWORD"],
    [
        "correct EMAIL_USER and EMAIL_PASSWORD (for Gmail, Yahoo, iCloud and Zoho with two steps: an app password)",
        "corrija EMAIL_USER y EMAIL_PASSWORD (para Gmail, Yahoo, iCloud y Zoho con dos pasos: una contraseña de aplicación)",
        "corrija EMAIL_USER e EMAIL_PASSWORD (para Gmail, Yahoo, iCloud e Zoho com duas etapas: uma senha de app)",
    ],
    [
        "make an app password in the account's security settings and set it as EMAIL_PASSWORD; the ordinary password does not work",
        "haga una contraseña de aplicación en la seguridad de la cuenta y defínala como EMAIL_PASSWORD; la contraseña normal no sirve",
        "faça uma senha de app na segurança da conta e defina-a como EMAIL_PASSWORD; a senha comum não serve",
    ],
    [
        "have the administrator allow {} for the mailbox of EMAIL_USER, or use a mail service with passwords as SMTP_SERVER",
        "haga que el administrador permita {} para el buzón de EMAIL_USER, o use como SMTP_SERVER un servicio con contraseñas",
        "faça o administrador permitir {} para a caixa de EMAIL_USER, ou use como SMTP_SERVER um serviço com senhas",
    ],
    [
        "gradepost logs in with a password (PLAIN or LOGIN) and cannot use XOAUTH2; set SMTP_SERVER to a mail service that takes passwords, for instance the provider's SMTP relay",
        "gradepost inicia sesión con contraseña (PLAIN o LOGIN) y no puede usar XOAUTH2; defina SMTP_SERVER con un servicio que acepte contraseñas, por ejemplo el SMTP relay del proveedor",
        "gradepost entra com senha (PLAIN ou LOGIN) e não pode usar XOAUTH2; defina SMTP_SERVER com um serviço que aceite senhas, por exemplo o SMTP relay do provedor",
    ],
    [
        "unset EMAIL_PASSWORD if this server needs no login, or correct SMTP_SERVER, SMTP_PORT and SMTP_TLS: many servers offer the login only after TLS, on port 587 or 465",
        "quite EMAIL_PASSWORD si este servidor no pide usuario, o corrija SMTP_SERVER, SMTP_PORT y SMTP_TLS: muchos servidores ofrecen iniciar sesión solo después de TLS, en el puerto 587 o 465",
        "retire EMAIL_PASSWORD se este servidor não pede usuário, ou corrija SMTP_SERVER, SMTP_PORT e SMTP_TLS: muitos servidores oferecem o login só depois de TLS, na porta 587 ou 465",
    ],
    [
        "nothing is lost: all mails wait and the login is tried again later; see that no other program logs in to the account too often",
        "no se pierde nada: los correos esperan y se intenta de nuevo más tarde; vea que ningún otro programa inicie sesión demasiadas veces en la cuenta",
        "nada se perde: os e-mails esperam e tenta-se de novo mais tarde; veja que nenhum outro programa entre vezes demais na conta",
    ],
    [
        "set SMTP_TLS=starttls (port 587) or SMTP_TLS=implicit (port 465)",
        "defina SMTP_TLS=starttls (puerto 587) o SMTP_TLS=implicit (puerto 465)",
        "defina SMTP_TLS=starttls (porta 587) ou SMTP_TLS=implicit (porta 465)",
    ],
    [
        "all mails wait until the settings fit the server; gradepost doctor tries them",
        "los correos esperan hasta que los ajustes correspondan al servidor; gradepost doctor los prueba",
        "os e-mails esperam até os ajustes corresponderem ao servidor; gradepost doctor os testa",
    ],
    [
        "the mail is tried again for a day; ask the student to make room, or correct the address at the platform",
        "el correo se intenta de nuevo durante un día; pida al estudiante hacer espacio, o corrija la dirección en la plataforma",
        "o e-mail é tentado de novo por um dia; peça ao estudante para abrir espaço, ou corrija o endereço na plataforma",
    ],
    [
        "the mail is tried again automatically",
        "el correo se intenta de nuevo automáticamente",
        "o e-mail é tentado de novo automaticamente",
    ],
];

/// Why TLS does not begin.
pub(super) const TLS: &[Sentence] = &[
    ["SMTP_SERVER '{}' is no host name", "SMTP_SERVER '{}' no es un nombre de servidor", "SMTP_SERVER '{}' não é um nome de servidor"],
    [
        "SMTP_CA_FILE holds no usable certificate: {}",
        "SMTP_CA_FILE no contiene un certificado utilizable: {}",
        "SMTP_CA_FILE não contém um certificado utilizável: {}",
    ],
    ["it holds no PEM block of a certificate", "no contiene un bloque PEM de un certificado", "não contém um bloco PEM de um certificado"],
    ["TLS cannot be set up: {}", "no se puede preparar TLS: {}", "não é possível preparar TLS: {}"],
    [
        "the server closed the connection when TLS began",
        "el servidor cerró la conexión cuando empezaba TLS",
        "o servidor fechou a conexão quando TLS começava",
    ],
    [
        "if the server begins in the clear (port 587), set SMTP_TLS=starttls",
        "si el servidor empieza sin cifrar (puerto 587), defina SMTP_TLS=starttls",
        "se o servidor começa sem cifra (porta 587), defina SMTP_TLS=starttls",
    ],
    [
        "correct SMTP_SERVER and SMTP_PORT, or see what stands between this machine and the server",
        "corrija SMTP_SERVER y SMTP_PORT, o vea qué hay entre esta máquina y el servidor",
        "corrija SMTP_SERVER e SMTP_PORT, ou veja o que há entre esta máquina e o servidor",
    ],
    [
        "the server has no TLS 1.2 or 1.3; update the server or use another SMTP_SERVER",
        "el servidor no tiene TLS 1.2 ni 1.3; actualice el servidor o use otro SMTP_SERVER",
        "o servidor não tem TLS 1.2 nem 1.3; atualize o servidor ou use outro SMTP_SERVER",
    ],
    [
        "the server and gradepost share no kind of encryption; give the server a certificate with an RSA, P-256, P-384 or Ed25519 key and TLS 1.2 or 1.3, or use another SMTP_SERVER",
        "el servidor y gradepost no comparten ningún cifrado; dé al servidor un certificado con clave RSA, P-256, P-384 o Ed25519 y TLS 1.2 o 1.3, o use otro SMTP_SERVER",
        "o servidor e o gradepost não têm nenhuma cifra em comum; dê ao servidor um certificado com chave RSA, P-256, P-384 ou Ed25519 e TLS 1.2 ou 1.3, ou use outro SMTP_SERVER",
    ],
    [
        "the server begins in the clear, not with TLS; set SMTP_TLS=starttls (usual on port 587), or SMTP_PORT=465",
        "el servidor empieza sin cifrar, no con TLS; defina SMTP_TLS=starttls (lo habitual en el puerto 587), o SMTP_PORT=465",
        "o servidor começa sem cifra, não com TLS; defina SMTP_TLS=starttls (o habitual na porta 587), ou SMTP_PORT=465",
    ],
    [
        "the server does not speak TLS after STARTTLS; correct SMTP_SERVER and SMTP_PORT",
        "el servidor no habla TLS después de STARTTLS; corrija SMTP_SERVER y SMTP_PORT",
        "o servidor não fala TLS depois de STARTTLS; corrija SMTP_SERVER e SMTP_PORT",
    ],
    [
        "the server shows no certificate; have one set up on the server, or use another SMTP_SERVER",
        "el servidor no muestra un certificado; haga instalar uno en el servidor, o use otro SMTP_SERVER",
        "o servidor não mostra um certificado; faça instalar um no servidor, ou use outro SMTP_SERVER",
    ],
    [
        "the server has no certificate for '{}'; set SMTP_SERVER to the name that the certificate bears (ask the provider)",
        "el servidor no tiene un certificado para '{}'; defina SMTP_SERVER con el nombre que lleva el certificado (pregunte al proveedor)",
        "o servidor não tem um certificado para '{}'; defina SMTP_SERVER com o nome que o certificado traz (pergunte ao provedor)",
    ],
    [
        "the server wants a certificate of its clients, which gradepost does not have; use another SMTP_SERVER or port",
        "el servidor pide un certificado a sus clientes, que gradepost no tiene; use otro SMTP_SERVER u otro puerto",
        "o servidor pede um certificado a seus clientes, que o gradepost não tem; use outro SMTP_SERVER ou outra porta",
    ],
    [
        "the server ends TLS with the alert {}; look into the server's log, and correct SMTP_SERVER and SMTP_PORT",
        "el servidor termina TLS con la alerta {}; vea el registro del servidor, y corrija SMTP_SERVER y SMTP_PORT",
        "o servidor termina TLS com o alerta {}; veja o registro do servidor, e corrija SMTP_SERVER e SMTP_PORT",
    ],
    [
        "the server does not keep to the rules of TLS; update the server, or see what stands between this machine and the server",
        "el servidor no sigue las reglas de TLS; actualice el servidor, o vea qué hay entre esta máquina y el servidor",
        "o servidor não segue as regras de TLS; atualize o servidor, ou veja o que há entre esta máquina e o servidor",
    ],
    [
        "TLS does not begin ({}); update the server or use another SMTP_SERVER",
        "TLS no empieza ({}); actualice el servidor o use otro SMTP_SERVER",
        "TLS não começa ({}); atualize o servidor ou use outro SMTP_SERVER",
    ],
    [
        "have it renewed, and see that this machine's clock is right",
        "haga que lo renueven, y vea que el reloj de esta máquina esté bien",
        "faça renová-lo, e veja que o relógio desta máquina esteja certo",
    ],
    [
        "have it renewed, or use another SMTP_SERVER",
        "haga que lo renueven, o use otro SMTP_SERVER",
        "faça renová-lo, ou use outro SMTP_SERVER",
    ],
    ["have it renewed", "haga que lo renueven", "faça renová-lo"],
    [
        "have it made anew with an RSA (2048 bits or more), P-256, P-384 or Ed25519 key and SHA-256, or use another SMTP_SERVER",
        "haga que lo hagan de nuevo con una clave RSA (2048 bits o más), P-256, P-384 o Ed25519 y SHA-256, o use otro SMTP_SERVER",
        "faça refazê-lo com uma chave RSA (2048 bits ou mais), P-256, P-384 ou Ed25519 e SHA-256, ou use outro SMTP_SERVER",
    ],
    [
        "have it made anew, or use another SMTP_SERVER",
        "haga que lo hagan de nuevo, o use otro SMTP_SERVER",
        "faça refazê-lo, ou use outro SMTP_SERVER",
    ],
    ["the server's certificate has expired", "el certificado del servidor venció", "o certificado do servidor venceu"],
    ["the server's certificate has expired on {}", "el certificado del servidor venció el {}", "o certificado do servidor venceu em {}"],
    [
        "the server's certificate is not valid yet; see that this machine's clock is right",
        "el certificado del servidor todavía no vale; vea que el reloj de esta máquina esté bien",
        "o certificado do servidor ainda não vale; veja que o relógio desta máquina esteja certo",
    ],
    [
        "the server's certificate is not valid yet, only from {}; see that this machine's clock is right",
        "el certificado del servidor todavía no vale, solo desde el {}; vea que el reloj de esta máquina esté bien",
        "o certificado do servidor ainda não vale, só a partir de {}; veja que o relógio desta máquina esteja certo",
    ],
    [
        "the server's certificate comes from another authority than those of this machine and of SMTP_CA_FILE; set SMTP_CA_FILE to the certificate (PEM) of the authority that signed it",
        "el certificado del servidor viene de otra autoridad que las de esta máquina y de SMTP_CA_FILE; defina SMTP_CA_FILE con el certificado (PEM) de la autoridad que lo firmó",
        "o certificado do servidor vem de outra autoridade que as desta máquina e de SMTP_CA_FILE; defina SMTP_CA_FILE com o certificado (PEM) da autoridade que o assinou",
    ],
    [
        "the server's certificate comes from an authority that this machine does not know, or from nobody but the server itself; set SMTP_CA_FILE to the authority's certificate (PEM) if the server is the school's own",
        "el certificado del servidor viene de una autoridad que esta máquina no conoce, o solo del servidor mismo; defina SMTP_CA_FILE con el certificado (PEM) de la autoridad si el servidor es de la escuela",
        "o certificado do servidor vem de uma autoridade que esta máquina não conhece, ou só do próprio servidor; defina SMTP_CA_FILE com o certificado (PEM) da autoridade se o servidor é da escola",
    ],
    [
        "the server's certificate is not signed with its authority's key; set SMTP_CA_FILE to the certificate (PEM) of the authority that signed it",
        "el certificado del servidor no está firmado con la clave de su autoridad; defina SMTP_CA_FILE con el certificado (PEM) de la autoridad que lo firmó",
        "o certificado do servidor não está assinado com a chave de sua autoridade; defina SMTP_CA_FILE com o certificado (PEM) da autoridade que o assinou",
    ],
    ["the server's certificate was revoked", "el certificado del servidor fue revocado", "o certificado do servidor foi revogado"],
    [
        "the server's certificate has a kind of key or signature that gradepost does not know",
        "el certificado del servidor tiene un tipo de clave o de firma que gradepost no conoce",
        "o certificado do servidor tem um tipo de chave ou de assinatura que o gradepost não conhece",
    ],
    [
        "the server's certificate is not made for servers; have it made anew with the purpose serverAuth",
        "el certificado del servidor no está hecho para servidores; haga que lo hagan de nuevo con el propósito serverAuth",
        "o certificado do servidor não é feito para servidores; faça refazê-lo com o propósito serverAuth",
    ],
    [
        "the server's certificate is damaged or of an unusual kind",
        "el certificado del servidor está dañado o es de un tipo poco común",
        "o certificado do servidor está danificado ou é de um tipo incomum",
    ],
    [
        "the server's certificate cannot be used ({})",
        "no se puede usar el certificado del servidor ({})",
        "o certificado do servidor não pode ser usado ({})",
    ],
    [
        "the server shows an authority's certificate as its own (self-signed, as 'openssl req -x509' makes it); make it anew with -addext basicConstraints=critical,CA:FALSE and -addext subjectAltName=DNS:<SMTP_SERVER>, and set SMTP_CA_FILE to it (PEM)",
        "el servidor muestra como suyo un certificado de autoridad (autofirmado, como lo hace 'openssl req -x509'); hágalo de nuevo con -addext basicConstraints=critical,CA:FALSE y -addext subjectAltName=DNS:<SMTP_SERVER>, y defina SMTP_CA_FILE con él (PEM)",
        "o servidor mostra como seu um certificado de autoridade (autoassinado, como 'openssl req -x509' o faz); refaça-o com -addext basicConstraints=critical,CA:FALSE e -addext subjectAltName=DNS:<SMTP_SERVER>, e defina SMTP_CA_FILE com ele (PEM)",
    ],
    [
        "the server's certificate is of an old kind (X.509 version 1 or 2); make it anew with a subjectAltName",
        "el certificado del servidor es de un tipo antiguo (X.509 versión 1 o 2); hágalo de nuevo con subjectAltName",
        "o certificado do servidor é de um tipo antigo (X.509 versão 1 ou 2); refaça-o com subjectAltName",
    ],
    [
        "the server's certificate is signed by one that may not sign it; have it signed by the authority itself",
        "el certificado del servidor está firmado por uno que no puede firmarlo; haga que lo firme la autoridad misma",
        "o certificado do servidor está assinado por um que não pode assiná-lo; faça a própria autoridade assiná-lo",
    ],
    [
        "the server's certificate is not for '{}'; set SMTP_SERVER to the name that the certificate bears (ask the provider)",
        "el certificado del servidor no es para '{}'; defina SMTP_SERVER con el nombre que lleva el certificado (pregunte al proveedor)",
        "o certificado do servidor não é para '{}'; defina SMTP_SERVER com o nome que o certificado traz (pergunte ao provedor)",
    ],
    [
        "the server's certificate is not for '{}' but for {}; set SMTP_SERVER to the name that the certificate bears (ask the provider)",
        "el certificado del servidor no es para '{}' sino para {}; defina SMTP_SERVER con el nombre que lleva el certificado (pregunte al proveedor)",
        "o certificado do servidor não é para '{}' mas para {}; defina SMTP_SERVER com o nome que o certificado traz (pergunte ao provedor)",
    ],
];
