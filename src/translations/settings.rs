//! What is said of settings that cannot be used.

use super::Sentence;

/// Of settings in general, mail and reports.
pub(super) const SETTINGS: &[Sentence] = &[
    ["{} is not {}", "{} no es {}", "{} não é {}"],
    ["a whole number", "un número entero", "um número inteiro"],
    ["a whole number from {} to {}", "un número entero de {} a {}", "um número inteiro de {} a {}"],
    ["a whole number of seconds from {} to {}", "un número entero de segundos de {} a {}", "um número inteiro de segundos de {} a {}"],
    ["a whole number of days from {} to {}", "un número entero de días de {} a {}", "um número inteiro de dias de {} a {}"],
    [
        "a whole number of days; 0 keeps for ever",
        "un número entero de días; 0 guarda para siempre",
        "um número inteiro de dias; 0 guarda para sempre",
    ],
    [
        "a whole number of deliveries a second from {} to {}",
        "un número entero de entregas por segundo de {} a {}",
        "um número inteiro de entregas por segundo de {} a {}",
    ],
    ["a number of bytes", "un número de bytes", "um número de bytes"],
    ["a port number", "un número de puerto", "um número de porta"],
    ["a port number from {} to {}", "un número de puerto de {} a {}", "um número de porta de {} a {}"],
    [
        "its value ({} characters, not repeated here)",
        "su valor ({} caracteres, que no se repiten aquí)",
        "seu valor ({} caracteres, que não se repetem aqui)",
    ],
    ["{} is not a switch; use true or false", "{} no es un interruptor; use true o false", "{} não é um interruptor; use true ou false"],
    ["{} is not known; use one of: {}", "{} no se conoce; use uno de: {}", "{} não é conhecido; use um de: {}"],
    ["{} is outside {} to {}", "{} está fuera de {} a {}", "{} está fora de {} a {}"],
    ["{} is out of range; use {} to {}", "{} está fuera de rango; use de {} a {}", "{} está fora do intervalo; use de {} a {}"],
    [
        "holds nothing but quotes; set the secret or remove the variable",
        "solo contiene comillas; defina el secreto o quite la variable",
        "só contém aspas; defina o segredo ou remova a variável",
    ],
    [
        "is an example that everybody can read or guess, so it keeps nobody out; make one with: openssl rand -hex 24",
        "es un ejemplo que cualquiera puede leer o adivinar, así que no protege; haga uno con: openssl rand -hex 24",
        "é um exemplo que qualquer um pode ler ou adivinhar, então não protege; faça um com: openssl rand -hex 24",
    ],
    [
        "is too short to keep anybody out ({} visible characters; at least {})",
        "es demasiado corto para proteger ({} caracteres visibles; al menos {})",
        "é curto demais para proteger ({} caracteres visíveis; pelo menos {})",
    ],
    [
        "is a placeholder that anybody can guess",
        "es un texto de relleno que cualquiera puede adivinar",
        "é um texto de exemplo que qualquer um pode adivinhar",
    ],
    [
        "copy the whole value, or make one with: openssl rand -hex 24",
        "copie el valor completo, o haga uno con: openssl rand -hex 24",
        "copie o valor inteiro, ou faça um com: openssl rand -hex 24",
    ],
    [
        "is shorter than {} characters; make one with: openssl rand -hex 24",
        "tiene menos de {} caracteres; haga uno con: openssl rand -hex 24",
        "tem menos de {} caracteres; faça um com: openssl rand -hex 24",
    ],
    ["the file {} is empty", "el archivo {} está vacío", "o arquivo {} está vazio"],
    ["cannot read {}: {}", "no se puede leer {}: {}", "não é possível ler {}: {}"],
    [
        "No such file or directory (os error {})",
        "no existe ese archivo o carpeta (os error {})",
        "esse arquivo ou pasta não existe (os error {})",
    ],
    ["Permission denied (os error {})", "permiso denegado (os error {})", "permissão negada (os error {})"],
    [
        "is not a setting and is ignored; did you mean {}?",
        "no es un ajuste y se ignora; ¿quiso decir {}?",
        "não é um ajuste e é ignorado; quis dizer {}?",
    ],
    [
        "is not a setting of gradepost and is ignored; env.template lists them all",
        "no es un ajuste de gradepost y se ignora; env.template los muestra todos",
        "não é um ajuste do gradepost e é ignorado; env.template mostra todos",
    ],
    [
        "is not set, but MAIL_TRANSPORT=smtp needs it; set the mail server's host name",
        "no está definido, pero MAIL_TRANSPORT=smtp lo necesita; defina el nombre del servidor de correo",
        "não está definido, mas MAIL_TRANSPORT=smtp precisa dele; defina o nome do servidor de e-mail",
    ],
    [
        "is not set, but a password is; set the mail account's user name",
        "no está definido, pero hay una contraseña; defina el usuario de la cuenta de correo",
        "não está definido, mas há uma senha; defina o usuário da conta de e-mail",
    ],
    [
        "is not set; set the address the reports are sent from",
        "no está definido; defina la dirección desde la que se envían los informes",
        "não está definido; defina o endereço do qual os relatórios são enviados",
    ],
    [
        "no usable sender: {}; set EMAIL_FROM to the address the reports are sent from",
        "no hay un remitente utilizable: {}; defina EMAIL_FROM con la dirección desde la que se envían los informes",
        "não há um remetente utilizável: {}; defina EMAIL_FROM com o endereço do qual os relatórios são enviados",
    ],
    [
        "write six hex digits, as in 1F4E79",
        "escriba seis dígitos hexadecimales, como 1F4E79",
        "escreva seis dígitos hexadecimais, como 1F4E79",
    ],
    [
        "{} is no time zone; use a name like America/Santiago or UTC",
        "{} no es una zona horaria; use un nombre como America/Santiago o UTC",
        "{} não é um fuso horário; use um nome como America/Santiago ou UTC",
    ],
    [
        "is longer than KEEP_RECORDS_DAYS, with which everything of a report goes",
        "es más largo que KEEP_RECORDS_DAYS, con el que se va todo lo de un informe",
        "é mais longo que KEEP_RECORDS_DAYS, com o qual vai tudo de um relatório",
    ],
    ["the address is empty", "la dirección está vacía", "o endereço está vazio"],
    ["the address has no @", "la dirección no tiene @", "o endereço não tem @"],
];

/// Of the doors: webhooks, the console, keys.
pub(super) const DOORS: &[Sentence] = &[
    [
        "is not set; copy the value from the platform's webhook settings (LearnWorlds: Settings > Developers > Webhooks)",
        "no está definido; copie el valor de los ajustes de webhooks de la plataforma (LearnWorlds: Settings > Developers > Webhooks)",
        "não está definido; copie o valor dos ajustes de webhooks da plataforma (LearnWorlds: Settings > Developers > Webhooks)",
    ],
    [
        "ALLOW_UNSIGNED_WEBHOOKS is on: anyone who knows the URL can have reports sent; for development only",
        "ALLOW_UNSIGNED_WEBHOOKS está activado: quien conozca la URL puede hacer enviar informes; solo para desarrollo",
        "ALLOW_UNSIGNED_WEBHOOKS está ativado: quem conhecer a URL pode fazer enviar relatórios; só para desenvolvimento",
    ],
    [
        "is for development and refused on Cloud Run; remove it and set WEBHOOK_SECRET",
        "es para desarrollo y se rechaza en Cloud Run; quítelo y defina WEBHOOK_SECRET",
        "é para desenvolvimento e é recusado no Cloud Run; remova-o e defina WEBHOOK_SECRET",
    ],
    [
        "is not set{}, though other settings of the LearnWorlds API are; see Settings > Developers > API in the school",
        "no está definido{}, aunque sí otros ajustes de la API de LearnWorlds; vea Settings > Developers > API en la escuela",
        "não está definido{}, embora outros ajustes da API do LearnWorlds estejam; veja Settings > Developers > API na escola",
    ],
    [
        "is not set, though other settings of the LearnWorlds API are; see Settings > Developers > API in the school",
        "no está definido, aunque sí otros ajustes de la API de LearnWorlds; vea Settings > Developers > API en la escuela",
        "não está definido, embora outros ajustes da API do LearnWorlds estejam; veja Settings > Developers > API na escola",
    ],
    [" (or {})", " (o {})", " (ou {})"],
    [
        "'{}' {}; use the school's host, for example myschool.learnworlds.com",
        "'{}' {}; use el dominio de la escuela, por ejemplo myschool.learnworlds.com",
        "'{}' {}; use o domínio da escola, por exemplo myschool.learnworlds.com",
    ],
    ["is no web address", "no es una dirección web", "não é um endereço web"],
    ["is no host name", "no es un nombre de servidor", "não é um nome de servidor"],
    ["is no full host name", "no es un nombre de servidor completo", "não é um nome de servidor completo"],
    ["holds a user name or password", "contiene un usuario o una contraseña", "contém um usuário ou uma senha"],
    ["'{}' stands there twice", "'{}' está dos veces", "'{}' está duas vezes"],
    ["{} is not NAME=ID, for example {}", "{} no es NOMBRE=ID, por ejemplo {}", "{} não é NOME=ID, por exemplo {}"],
    [
        "there is no source of the name in '{}'; there are {}",
        "no hay una fuente con el nombre de '{}'; hay {}",
        "não há uma fonte com o nome de '{}'; há {}",
    ],
    [
        "'{}' is none of: institution, source=institution, source/course=institution",
        "'{}' no es ninguno de: institución, fuente=institución, fuente/curso=institución",
        "'{}' não é nenhum de: instituição, fonte=instituição, fonte/curso=instituição",
    ],
    [
        "'{}' names an institution for the second time for the same",
        "'{}' nombra por segunda vez una institución para lo mismo",
        "'{}' nomeia pela segunda vez uma instituição para o mesmo",
    ],
    [
        "more than 25 seconds is longer than a platform waits; use 0 to 25",
        "más de 25 segundos es más de lo que espera una plataforma; use de 0 a 25",
        "mais de 25 segundos é mais do que uma plataforma espera; use de 0 a 25",
    ],
    [
        "use 1024 (less would refuse ordinary events) to {}",
        "use de 1024 (menos rechazaría avisos normales) a {}",
        "use de 1024 (menos recusaria avisos normais) a {}",
    ],
    ["use 16 to 100000, or leave it out", "use de 16 a 100000, o no lo defina", "use de 16 a 100000, ou não o defina"],
    [
        "{} is no address and no range like 10.0.0.0/8",
        "{} no es una dirección ni un rango como 10.0.0.0/8",
        "{} não é um endereço nem um intervalo como 10.0.0.0/8",
    ],
    [
        "Cloud Run serves over TLS; remove the variable",
        "Cloud Run sirve con TLS; quite la variable",
        "o Cloud Run serve com TLS; remova a variável",
    ],
    [
        "with 'only' somebody must be able to sign in: set ADMIN_TOKEN, or OIDC_ISSUER or IAP_AUDIENCE with SESSION_SECRET",
        "con 'only' alguien debe poder entrar: defina ADMIN_TOKEN, u OIDC_ISSUER o IAP_AUDIENCE con SESSION_SECRET",
        "com 'only' alguém precisa poder entrar: defina ADMIN_TOKEN, ou OIDC_ISSUER ou IAP_AUDIENCE com SESSION_SECRET",
    ],
    [
        "IAP_AUDIENCE needs something to sign sessions with; make one with: openssl rand -hex 24",
        "IAP_AUDIENCE necesita algo con que firmar las sesiones; hágalo con: openssl rand -hex 24",
        "IAP_AUDIENCE precisa de algo com que assinar as sessões; faça com: openssl rand -hex 24",
    ],
    [
        "OIDC_ISSUER sends people back to it; write the address people type",
        "OIDC_ISSUER devuelve a las personas allí; escriba la dirección que las personas usan",
        "OIDC_ISSUER devolve as pessoas para lá; escreva o endereço que as pessoas usam",
    ],
    [
        "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together",
        "OIDC_ISSUER, OIDC_CLIENT_ID y OIDC_CLIENT_SECRET van juntos",
        "OIDC_ISSUER, OIDC_CLIENT_ID e OIDC_CLIENT_SECRET vão juntos",
    ],
    [
        "write the provider's address as it names itself, as in {}",
        "escriba la dirección del proveedor como él mismo se nombra, como en {}",
        "escreva o endereço do provedor como ele mesmo se nomeia, como em {}",
    ],
    [
        "copy it from IAP's page of signed headers, as in {}",
        "cópielo de la página de encabezados firmados de IAP, como en {}",
        "copie-o da página de cabeçalhos assinados do IAP, como em {}",
    ],
    [
        "write the domain of the school's addresses, as in {}",
        "escriba el dominio de las direcciones de la escuela, como en {}",
        "escreva o domínio dos endereços da escola, como em {}",
    ],
    [
        "is of use with OIDC_ISSUER or IAP_AUDIENCE only",
        "solo sirve con OIDC_ISSUER o IAP_AUDIENCE",
        "só serve com OIDC_ISSUER ou IAP_AUDIENCE",
    ],
    [
        "write the address people type, as in {}",
        "escriba la dirección que las personas usan, como en {}",
        "escreva o endereço que as pessoas usam, como em {}",
    ],
    [
        "lets anybody do anything and is refused on Cloud Run; remove it, and give out keys with gradepost keys create",
        "deja que cualquiera haga cualquier cosa y se rechaza en Cloud Run; quítelo, y entregue claves con gradepost keys create",
        "deixa qualquer um fazer qualquer coisa e é recusado no Cloud Run; remova-o, e entregue chaves com gradepost keys create",
    ],
    ["{} is no address like {}, without a path", "{} no es una dirección como {}, sin ruta", "{} não é um endereço como {}, sem caminho"],
];

/// Of the store, queues, the gateway and Kafka.
pub(super) const GATEWAY: &[Sentence] = &[
    [
        "not an address; it must start with http:// or https://",
        "no es una dirección; debe empezar con http:// o https://",
        "não é um endereço; deve começar com http:// ou https://",
    ],
    [
        "missing; STORAGE_BACKEND=gcp and hybrid need the bucket's name",
        "falta; STORAGE_BACKEND=gcp e hybrid necesitan el nombre del bucket",
        "falta; STORAGE_BACKEND=gcp e hybrid precisam do nome do bucket",
    ],
    [
        "{} is not a bucket's name; lower-case letters, digits, dashes, dots and underscores only",
        "{} no es el nombre de un bucket; solo minúsculas, dígitos, guiones, puntos y guiones bajos",
        "{} não é o nome de um bucket; só minúsculas, dígitos, hifens, pontos e sublinhados",
    ],
    [
        "TASK_QUEUE=pubsub, but nobody may call /tasks/run; set PUBSUB_PUSH_AUDIENCE and PUBSUB_PUSH_ACCOUNT to the push subscription's, or TASK_TOKEN",
        "TASK_QUEUE=pubsub, pero nadie puede llamar a /tasks/run; defina PUBSUB_PUSH_AUDIENCE y PUBSUB_PUSH_ACCOUNT con los de la suscripción push, o TASK_TOKEN",
        "TASK_QUEUE=pubsub, mas ninguém pode chamar /tasks/run; defina PUBSUB_PUSH_AUDIENCE e PUBSUB_PUSH_ACCOUNT com os da assinatura push, ou TASK_TOKEN",
    ],
    [
        "missing; pushes are believed by their audience and the service account together",
        "falta; los push se creen por su audiencia y la cuenta de servicio juntas",
        "falta; os push são aceitos por sua audiência e a conta de serviço juntas",
    ],
    [
        "missing; TASK_QUEUE=pubsub needs the topic that jobs are published to",
        "falta; TASK_QUEUE=pubsub necesita el tema en el que se publican los trabajos",
        "falta; TASK_QUEUE=pubsub precisa do tópico em que os trabalhos são publicados",
    ],
    [
        "{} is not a topic; use its name or projects/<project>/topics/<topic>",
        "{} no es un tema; use su nombre o projects/<project>/topics/<topic>",
        "{} não é um tópico; use seu nome ou projects/<project>/topics/<topic>",
    ],
    [
        "a bare name needs GCP_PROJECT_ID; or write projects/<project>/topics/<topic>",
        "un nombre solo necesita GCP_PROJECT_ID; o escriba projects/<project>/topics/<topic>",
        "um nome só precisa de GCP_PROJECT_ID; ou escreva projects/<project>/topics/<topic>",
    ],
    [
        "is too short: secrets of others are sealed under it, so it needs at least {} characters; make one with: openssl rand -hex 32",
        "es demasiado corto: con él se sellan secretos de otros, así que necesita al menos {} caracteres; haga uno con: openssl rand -hex 32",
        "é curto demais: com ele se selam segredos de outros, então precisa de pelo menos {} caracteres; faça um com: openssl rand -hex 32",
    ],
    ["{} is no port from {} to {}", "{} no es un puerto de {} a {}", "{} não é uma porta de {} a {}"],
    [
        "{} is no address like 10.0.0.2 or 10.0.0.2:53",
        "{} no es una dirección como 10.0.0.2 o 10.0.0.2:53",
        "{} não é um endereço como 10.0.0.2 ou 10.0.0.2:53",
    ],
    [
        "is no address like http://proxy.school.example:3128",
        "no es una dirección como http://proxy.school.example:3128",
        "não é um endereço como http://proxy.school.example:3128",
    ],
    [
        "names the same topic as KAFKA_TOPIC_IN; events and commands need one each",
        "nombra el mismo tema que KAFKA_TOPIC_IN; los avisos y las órdenes necesitan uno cada uno",
        "nomeia o mesmo tópico que KAFKA_TOPIC_IN; os avisos e as ordens precisam de um cada",
    ],
    [
        "events go through the gateway, but GATEWAY=off; remove one of the two",
        "los avisos pasan por el gateway, pero GATEWAY=off; quite uno de los dos",
        "os avisos passam pelo gateway, mas GATEWAY=off; remova um dos dois",
    ],
    [
        "{} is no broker; name each as host:port, with commas between",
        "{} no es un broker; nombre cada uno como host:puerto, con comas entre ellos",
        "{} não é um broker; nomeie cada um como host:porta, com vírgulas entre eles",
    ],
    [
        "names no broker; name each as host:port, with commas between",
        "no nombra ningún broker; nombre cada uno como host:puerto, con comas entre ellos",
        "não nomeia nenhum broker; nomeie cada um como host:porta, com vírgulas entre eles",
    ],
    [
        "{} is no topic; its name has letters, digits, '-', '_' and '.', and does not begin with '.'",
        "{} no es un tema; su nombre tiene letras, dígitos, '-', '_' y '.', y no empieza con '.'",
        "{} não é um tópico; seu nome tem letras, dígitos, '-', '_' e '.', e não começa com '.'",
    ],
    [
        "is missing; mechanism, user and password belong together",
        "falta; mecanismo, usuario y contraseña van juntos",
        "falta; mecanismo, usuário e senha andam juntos",
    ],
    [
        "cannot read {}: {}; '{}' stands for the machine's certificates",
        "no se puede leer {}: {}; '{}' significa los certificados de la máquina",
        "não é possível ler {}: {}; '{}' significa os certificados da máquina",
    ],
    ["{} has {} partitions", "{} tiene {} particiones", "{} tem {} partições"],
    [
        "{} (EVENTS_KAFKA); events wait, webhooks and reports go on",
        "{} (EVENTS_KAFKA); los avisos esperan, los webhooks y los informes siguen",
        "{} (EVENTS_KAFKA); os avisos esperam, os webhooks e os relatórios seguem",
    ],
    [
        "the user is proven over a connection that anybody on the way can read; set KAFKA_CA_FILE to use TLS",
        "el usuario se prueba por una conexión que cualquiera en el camino puede leer; defina KAFKA_CA_FILE para usar TLS",
        "o usuário é provado por uma conexão que qualquer um no caminho pode ler; defina KAFKA_CA_FILE para usar TLS",
    ],
];
