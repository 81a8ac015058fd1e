//! What `doctor` itself, the store and platforms say.

use super::Sentence;

/// The names of the parts.
pub(super) const PARTS: &[Sentence] = &[
    ["settings file", "archivo de ajustes", "arquivo de ajustes"],
    ["admin alerts", "alertas al admin.", "alertas ao admin."],
    ["metrics", "métricas", "métricas"],
    ["task queue", "cola de tareas", "fila de tarefas"],
    ["own fonts", "fuentes propias", "fontes próprias"],
    ["platform API", "API de la plataforma", "API da plataforma"],
    ["institution", "institución", "instituição"],
    ["mail", "correo", "e-mail"],
    ["storage", "almacenamiento", "armazenamento"],
    ["question banks", "bancos de preguntas", "bancos de questões"],
    ["profiles", "perfiles", "perfis"],
    ["template", "plantilla", "modelo"],
    ["start", "inicio", "início"],
    ["oldest job", "trabajo más antiguo", "trabalho mais antigo"],
];

/// What is said of features and the service.
pub(super) const OWN: &[Sentence] = &[
    ["{} is read; the environment goes before it", "se lee {}; el entorno tiene prioridad", "{} é lido; o ambiente tem prioridade"],
    ["ADMIN_EMAIL is told once per cause", "se avisa a ADMIN_EMAIL una vez por causa", "ADMIN_EMAIL é avisado uma vez por causa"],
    [
        "set ADMIN_EMAIL to be told when a person must act",
        "defina ADMIN_EMAIL para recibir un aviso cuando alguien deba actuar",
        "defina ADMIN_EMAIL para receber um aviso quando alguém precisar agir",
    ],
    ["METRICS_PUBLIC is on", "METRICS_PUBLIC está activado", "METRICS_PUBLIC está ativado"],
    ["ADMIN_TOKEN is set", "ADMIN_TOKEN está definido", "ADMIN_TOKEN está definido"],
    ["set ADMIN_TOKEN to open /metrics", "defina ADMIN_TOKEN para abrir /metrics", "defina ADMIN_TOKEN para abrir /metrics"],
    ["the push subscription may call /tasks", "la suscripción push puede llamar a /tasks", "a assinatura push pode chamar /tasks"],
    ["TASK_TOKEN is set", "TASK_TOKEN está definido", "TASK_TOKEN está definido"],
    [
        "set TASK_TOKEN to let a scheduler call /tasks/run and /tasks/sweep",
        "defina TASK_TOKEN para que un programador de tareas llame a /tasks/run y /tasks/sweep",
        "defina TASK_TOKEN para que um agendador chame /tasks/run e /tasks/sweep",
    ],
    ["FONT_DIR is set", "FONT_DIR está definido", "FONT_DIR está definido"],
    [
        "set FONT_DIR to add the school's own fonts",
        "defina FONT_DIR para agregar las fuentes propias de la escuela",
        "defina FONT_DIR para adicionar as fontes próprias da escola",
    ],
    ["nothing is overdue", "nada está atrasado", "nada está atrasado"],
    ["overdue for {} s", "atrasado desde hace {} s", "atrasado há {} s"],
    [
        "overdue for {} min; see gradepost jobs list and the log",
        "atrasado desde hace {} min; vea gradepost jobs list y el registro",
        "atrasado há {} min; veja gradepost jobs list e o registro",
    ],
];

/// Of the files a school edits.
pub(super) const SCHOOL: &[Sentence] = &[
    [
        "no {}: every assessment is judged by lessons",
        "no hay {}: cada evaluación se juzga por lecciones",
        "não há {}: cada avaliação é julgada por lições",
    ],
    ["{} is not UTF-8 text; save it as UTF-8", "{} no es texto UTF-8; guárdelo como UTF-8", "{} não é texto UTF-8; salve-o como UTF-8"],
    ["{}: {} with the one for everything else", "{}: {} con el que sirve para todo lo demás", "{}: {} com o que serve para todo o resto"],
    [
        "{} is no bank: banks are .csv files; gradepost bank import makes one of an exported answer key",
        "{} no es un banco: los bancos son archivos .csv; gradepost bank import hace uno de una pauta exportada",
        "{} não é um banco: bancos são arquivos .csv; gradepost bank import faz um de um gabarito exportado",
    ],
    ["{}: {}; see gradepost bank check", "{}: {}; vea gradepost bank check", "{}: {}; veja gradepost bank check"],
    ["1 remark", "1 observación", "1 observação"],
    ["{} remarks", "{} observaciones", "{} observações"],
    ["none, and no profile needs one", "ninguno, y ningún perfil lo necesita", "nenhum, e nenhum perfil precisa"],
    ["none that can be used", "ninguno que se pueda usar", "nenhum que possa ser usado"],
    [
        "none yet: completions wait until there is one; put <assessment title>.csv into {}",
        "todavía ninguno: los informes esperan hasta que haya uno; ponga <título de la evaluación>.csv en {}",
        "ainda nenhum: os relatórios esperam até haver um; coloque <título da avaliação>.csv em {}",
    ],
    ["1 bank", "1 banco", "1 banco"],
    ["{} banks", "{} bancos", "{} bancos"],
    [
        "the profile '{}' needs the bank {}, which is not there; put it there, or correct match or bank in assessments.toml",
        "el perfil '{}' necesita el banco {}, que no está; póngalo, o corrija match o bank en assessments.toml",
        "o perfil '{}' precisa do banco {}, que não está lá; coloque-o, ou corrija match ou bank em assessments.toml",
    ],
    [
        "the profile '{}' needs {}, which is not there and comes with no gradepost; put it there, or correct template in assessments.toml",
        "el perfil '{}' necesita {}, que no está ni viene incluida; póngala, o corrija template en assessments.toml",
        "o perfil '{}' precisa de {}, que não está lá nem vem incluído; coloque-o, ou corrija template em assessments.toml",
    ],
    ["{}: {}; see gradepost template check", "{}: {}; vea gradepost template check", "{}: {}; veja gradepost template check"],
    ["{}; see gradepost template check", "{}; vea gradepost template check", "{}; veja gradepost template check"],
    ["{} (no profile uses it)", "{} (ningún perfil la usa)", "{} (nenhum perfil o usa)"],
    ["the bundled one serves until there is {}", "sirve la incluida hasta que haya {}", "serve o incluído até haver {}"],
    ["it is gone", "ya no está", "já não está"],
    ["and {} more", "y {} más", "e mais {}"],
];

/// Of the store.
pub(super) const STORAGE: &[Sentence] = &[
    ["{} is not usable: {}", "{} no se puede usar: {}", "{} não pode ser usado: {}"],
    [
        "{}: wrote, locked, linked, read and removed a file",
        "{}: se escribió, bloqueó, enlazó, leyó y borró un archivo",
        "{}: um arquivo foi escrito, bloqueado, ligado, lido e removido",
    ],
    [
        "{}: wrote, read, listed and removed a test object",
        "{}: se escribió, leyó, listó y borró un objeto de prueba",
        "{}: um objeto de teste foi escrito, lido, listado e removido",
    ],
    ["local folder {}", "carpeta local {}", "pasta local {}"],
    ["{}, results also in {}", "{}, los resultados también en {}", "{}, os resultados também em {}"],
    ["bucket {}", "bucket {}", "bucket {}"],
    [
        "memory (lost when the process ends)",
        "memoria (se pierde cuando el proceso termina)",
        "memória (perde-se quando o processo termina)",
    ],
    [
        "the store is unavailable for {}: {}",
        "el almacenamiento no está disponible para {}: {}",
        "o armazenamento não está disponível para {}: {}",
    ],
    ["the store refuses {}: {}", "el almacenamiento rechaza {}: {}", "o armazenamento recusa {}: {}"],
    ["the bucket answered {}", "el bucket respondió {}", "o bucket respondeu {}"],
    [
        "give the service's account the role Storage Object User on the bucket",
        "dé a la cuenta del servicio el rol Storage Object User en el bucket",
        "dê à conta do serviço o papel Storage Object User no bucket",
    ],
    [
        "{} more settings are at their defaults; --all shows them",
        "{} ajustes más tienen su valor por defecto; --all los muestra",
        "mais {} ajustes têm seu valor padrão; --all os mostra",
    ],
    [
        "there is no bucket {}; create it, or fix GCP_BUCKET_NAME",
        "no hay un bucket {}; créelo, o corrija GCP_BUCKET_NAME",
        "não há um bucket {}; crie-o, ou corrija GCP_BUCKET_NAME",
    ],
    [
        "the bucket {} has a retention policy: nothing in it can be replaced or removed meanwhile",
        "el bucket {} tiene una política de retención: mientras tanto nada en él se puede reemplazar ni borrar",
        "o bucket {} tem uma política de retenção: enquanto isso nada nele pode ser substituído nem removido",
    ],
    [
        "the bucket {} has a retention policy of {} days: nothing in it can be replaced or removed meanwhile",
        "el bucket {} tiene una política de retención de {} días: mientras tanto nada en él se puede reemplazar ni borrar",
        "o bucket {} tem uma política de retenção de {} dias: enquanto isso nada nele pode ser substituído nem removido",
    ],
    [
        "gradepost replaces and removes records of its own: use a bucket without retention policy and without holds, or remove the policy ({})",
        "gradepost reemplaza y borra registros propios: use un bucket sin política de retención ni retenciones, o quite la política ({})",
        "gradepost substitui e remove registros próprios: use um bucket sem política de retenção nem retenções, ou remova a política ({})",
    ],
    [
        "other users of this machine may read students' data in {} (for example {}); close it: {}",
        "otros usuarios de esta máquina pueden leer datos de estudiantes en {} (por ejemplo {}); ciérrela: {}",
        "outros usuários desta máquina podem ler dados de estudantes em {} (por exemplo {}); feche-a: {}",
    ],
    ["cannot {} {}: {}", "no se puede {} {}: {}", "não é possível {} {}: {}"],
];

/// Of platforms and institutions.
pub(super) const PLATFORMS: &[Sentence] = &[
    [
        "set SCHOOL_DOMAIN, CLIENT_ID and CLIENT_SECRET (or ACCESS_TOKEN) to fetch answers; until then only answers inside the event are used",
        "defina SCHOOL_DOMAIN, CLIENT_ID y CLIENT_SECRET (o ACCESS_TOKEN) para pedir las respuestas; hasta entonces solo se usan las que vienen en el aviso",
        "defina SCHOOL_DOMAIN, CLIENT_ID e CLIENT_SECRET (ou ACCESS_TOKEN) para buscar as respostas; até lá só se usam as que vêm no aviso",
    ],
    ["the platform takes our credentials", "la plataforma acepta nuestras credenciales", "a plataforma aceita nossas credenciais"],
    [
        "{} (SCHOOL_DOMAIN, CLIENT_ID, CLIENT_SECRET or ACCESS_TOKEN)",
        "{} (SCHOOL_DOMAIN, CLIENT_ID, CLIENT_SECRET o ACCESS_TOKEN)",
        "{} (SCHOOL_DOMAIN, CLIENT_ID, CLIENT_SECRET ou ACCESS_TOKEN)",
    ],
    [
        "Moodle's web service takes our token",
        "el servicio web de Moodle acepta nuestro token",
        "o serviço web do Moodle aceita nosso token",
    ],
    ["Canvas takes our token", "Canvas acepta nuestro token", "o Canvas aceita nosso token"],
    ["the LTI platform gives tokens for scores", "la plataforma LTI da tokens para las notas", "a plataforma LTI dá tokens para as notas"],
    [
        "{} refuses the token: make a new one and put it into the settings",
        "{} rechaza el token: haga uno nuevo y póngalo en los ajustes",
        "{} recusa o token: faça um novo e coloque-o nos ajustes",
    ],
    ["{} asks for fewer calls", "{} pide menos llamadas", "{} pede menos chamadas"],
    ["{} fails with status {}", "{} falla con el estado {}", "{} falha com o estado {}"],
    ["{} answers with status {}", "{} responde con el estado {}", "{} responde com o estado {}"],
    ["{} cannot be reached: {}", "no se puede llegar a {}: {}", "não é possível chegar a {}: {}"],
    [
        "LearnWorlds refused the access token (401). Make a new one in the school (Settings > Developers > API) and set ACCESS_TOKEN, or set CLIENT_SECRET so that tokens renew themselves.{}",
        "LearnWorlds rechazó el token de acceso (401). Haga uno nuevo en la escuela (Settings > Developers > API) y defina ACCESS_TOKEN, o defina CLIENT_SECRET para que los tokens se renueven solos.{}",
        "O LearnWorlds recusou o token de acesso (401). Faça um novo na escola (Settings > Developers > API) e defina ACCESS_TOKEN, ou defina CLIENT_SECRET para que os tokens se renovem sozinhos.{}",
    ],
    [
        "LearnWorlds refused the access token (401). Make a new one in the school (Settings > Developers > API) and set ACCESS_TOKEN, or set CLIENT_SECRET so that tokens renew themselves.",
        "LearnWorlds rechazó el token de acceso (401). Haga uno nuevo en la escuela (Settings > Developers > API) y defina ACCESS_TOKEN, o defina CLIENT_SECRET para que los tokens se renueven solos.",
        "O LearnWorlds recusou o token de acesso (401). Faça um novo na escola (Settings > Developers > API) e defina ACCESS_TOKEN, ou defina CLIENT_SECRET para que os tokens se renovem sozinhos.",
    ],
    [
        "a protection page (Cloudflare or the like, status {}) answers in place of the LearnWorlds API: have this service's address allowed there, or set SCHOOL_DOMAIN to the school's own host at learnworlds.com",
        "una página de protección (Cloudflare u otra, estado {}) responde en lugar de la API de LearnWorlds: haga permitir allí la dirección de este servicio, o defina SCHOOL_DOMAIN con el dominio de la escuela en learnworlds.com",
        "uma página de proteção (Cloudflare ou outra, estado {}) responde no lugar da API do LearnWorlds: faça permitir ali o endereço deste serviço, ou defina SCHOOL_DOMAIN com o domínio da escola em learnworlds.com",
    ],
    ["jobs go on by themselves then", "los trabajos siguen entonces por sí solos", "os trabalhos seguem então sozinhos"],
    ["'{}' hears of platforms' events", "'{}' recibe los avisos de las plataformas", "'{}' recebe os avisos das plataformas"],
    [
        "there is none called '{}'; create it, or correct PLATFORM_INSTITUTION",
        "no hay ninguna llamada '{}'; créela, o corrija PLATFORM_INSTITUTION",
        "não há nenhuma chamada '{}'; crie-a, ou corrija PLATFORM_INSTITUTION",
    ],
];
