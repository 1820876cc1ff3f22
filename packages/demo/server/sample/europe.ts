// Conversations in Russian, Ukrainian, Greek, German, French, Spanish and more European languages.
import type { Conversation } from './letter.ts';

export const europe: readonly Conversation[] = [
  {
    subject: 'Билеты на концерт в субботу',
    ago: '11h',
    unread: true,
    wrote: 'DATE NAME пишет:',
    letters: [
      {
        from: 'Анна Морозова <anna@example.net>',
        text: `Робин, привет!

Я взяла четыре билета на субботний концерт, места в третьем ряду. Начало в семь вечера,
но лучше прийти пораньше: гардероб там маленький, и всегда очередь.

Деньги можно отдать потом. Встречаемся у входа в половине седьмого?

Анна`,
      },
      { from: 'me', after: '1h', text: 'Анна, спасибо огромное! В половине седьмого буду у входа.\n\nРобин' },
      {
        from: 'Анна Морозова <anna@example.net>',
        after: '40m',
        text: 'Отлично. Захвати зонт, обещают дождь ☔\n\nАнна',
      },
    ],
  },
  {
    subject: 'Расписание электричек на ноябрь',
    ago: '6w',
    letters: [
      {
        from: 'Дачный клуб <club@example.org>',
        text: `Добрый день!

С первого ноября меняется расписание. Утренний поезд отправляется в 7:48 и идёт без остановки до Зелёной горы.
По воскресеньям добавлен вечерний рейс в 20:15.

Хорошей осени!`,
      },
    ],
  },
  {
    subject: 'Майстерня з писанкарства',
    ago: '10d',
    letters: [
      {
        from: 'Оксана Левчук <oksana@example.org>',
        text: `Вітаю, Робіне!

У неділю о другій годині проводимо майстерню з писанкарства. Фарби, віск і писачки будуть, треба лише добрий настрій.
Місць лишилося п’ять, тож дайте знати, чи прийдете.

Оксана`,
      },
    ],
  },
  {
    subject: 'Το σπίτι στη Νάξο είναι έτοιμο',
    ago: '2d',
    starred: true,
    wrote: 'Στις DATE, NAME έγραψε:',
    letters: [
      {
        from: 'Ελένη Παππά <eleni@example.com>',
        text: `Καλημέρα Ρόμπιν,

Το σπίτι στη Νάξο είναι έτοιμο για το καλοκαίρι. Βάψαμε τα παντζούρια μπλε και φτιάξαμε καινούρια κουζίνα.
Το πλοίο φεύγει από τον Πειραιά κάθε πρωί στις επτά και μισή.

Πες μου ποια εβδομάδα σε βολεύει.

Με αγάπη,
Ελένη`,
      },
      {
        from: 'me',
        after: '8h',
        text: 'Ελένη μου, η δεύτερη εβδομάδα του Ιουνίου είναι τέλεια. Ευχαριστώ!\n\nΡόμπιν',
      },
    ],
  },
  {
    subject: 'Protokoll vom Elternabend',
    ago: '5h',
    unread: true,
    wrote: 'Am DATE schrieb NAME:',
    letters: [
      {
        from: 'Jutta Größwang <jutta@example.org>',
        text: `Liebe Eltern,

hier das Protokoll in Kürze: Der Ausflug in den Wildpark findet am 14. statt, Treffpunkt ist um 8 Uhr vor der Turnhalle.
Bitte gebt den Kindern feste Schuhe und eine Brotzeit mit. Für den Bus sammeln wir je 6,50 € ein.

Wer am Freitag beim Kürbisschnitzen helfen möchte, meldet sich bitte bis Mittwoch bei mir.

Herzliche Grüße
Jutta Größwang`,
      },
    ],
  },
  {
    subject: 'Dein Fahrrad ist fertig',
    ago: '29h',
    letters: [
      {
        from: 'Radwerkstatt Süd <werkstatt@example.net>',
        text: `Hallo Robin,

dein Rad ist fertig. Wir haben die Kette und beide Bremszüge getauscht und das Hinterrad neu zentriert.
Abholen kannst du es täglich bis 18:30 Uhr, samstags bis 14 Uhr. Es macht 64 Euro.

Bis bald!
Deine Radwerkstatt`,
      },
    ],
  },
  {
    subject: 'Week-end à la mer ?',
    ago: '4d',
    wrote: 'Le DATE, NAME a écrit :',
    letters: [
      {
        from: 'Chloé Garnier <chloe@example.com>',
        text: `Coucou Robin,

On a trouvé une petite maison à louer près de la plage, pour le week-end du 21. Il reste deux places dans la voiture.
Au programme : galettes, longues balades et peut-être une sortie en voilier si le vent est sage.

Tu viens ? Il faut réserver avant jeudi.

Bises,
Chloé`,
      },
      { from: 'me', after: '3h', text: 'Avec plaisir ! Je m’occupe du cidre et du café.\n\nRobin' },
      {
        from: 'Chloé Garnier <chloe@example.com>',
        after: '5h',
        text: 'Génial, c’est réservé 🌊 On part vendredi à 17 h 30, devant la gare.\n\nChloé',
      },
    ],
  },
  {
    subject: 'Votre abonnement au théâtre',
    ago: '7w',
    letters: [
      {
        from: 'Théâtre du Canal <billetterie@example.org>',
        text: `Madame, Monsieur,

Votre abonnement pour la nouvelle saison est enregistré : six spectacles, catégorie B, rang H.
Les billets vous seront envoyés une semaine avant chaque représentation.

Nous vous souhaitons une très belle saison.
L’équipe de la billetterie`,
      },
    ],
  },
  {
    subject: 'Cena del viernes: ¿quién trae qué?',
    ago: '22h',
    wrote: 'El DATE, NAME escribió:',
    letters: [
      {
        from: 'Lucía Ferrer <lucia@example.net>',
        text: `¡Hola a todos!

Para el viernes ya somos nueve. Yo hago la tortilla y una ensalada grande.
Robin, ¿puedes traer el postre? La última vez tu tarta de limón duró cinco minutos.

Empezamos a las nueve. ¡Besos!
Lucía`,
      },
      { from: 'me', after: '2h', text: '¡Hecho! Llevo dos tartas, por si acaso 🍋\n\nRobin' },
    ],
  },
  {
    subject: 'Reunião de condomínio adiada',
    ago: '9d',
    letters: [
      {
        from: 'Administração Jardim Azul <jardim@example.org>',
        text: `Prezados moradores,

A reunião de quarta-feira foi adiada para o dia 18, às 19h30, no salão de festas.
A pauta continua a mesma: pintura da fachada, bicicletário e horário da piscina.

Contamos com a sua presença.
A administração`,
      },
    ],
  },
  {
    subject: 'Le olive sono arrivate!',
    ago: '13d',
    letters: [
      {
        from: 'Frantoio Collina <frantoio@example.com>',
        text: `Caro Robin,

la raccolta è finita e l’olio nuovo è pronto: verde, fruttato, un po’ piccante. È stata un’ottima annata.
Ti abbiamo messo da parte sei bottiglie, come l’anno scorso. Passa quando vuoi, anche solo per un assaggio col pane.

A presto,
la famiglia del frantoio`,
      },
    ],
  },
  {
    subject: 'Wycieczka w Tatry – lista rzeczy',
    ago: '17d',
    letters: [
      {
        from: 'Zofia Wiśniewska <zofia@example.net>',
        text: `Cześć Robin,

jedziemy w piątek o szóstej rano. Weź ciepłą czapkę, latarkę i porządne buty, bo na szlaku leży już śnieg.
Śpimy w schronisku, więc śpiwór też się przyda.

Do zobaczenia!
Zośka`,
      },
    ],
  },
  {
    subject: 'Půjčená knížka',
    ago: '19d',
    letters: [
      {
        from: 'Tomáš Dvořáček <tomas@example.org>',
        text: `Ahoj Robine,

dočetl jsem tu knížku o včelách, je skvělá. Můžu si ji nechat ještě týden? Žena ji chce taky.
V neděli přijď na švestkové koláče.

Tomáš`,
      },
    ],
  },
  {
    subject: 'Kräftskiva på lördag 🦞',
    ago: '12w',
    letters: [
      {
        from: 'Åsa Lindqvist <asa@example.net>',
        text: `Hej Robin!

Nu är det dags för årets kräftskiva. Vi ses på bryggan klockan sex, ta med en filt och din bästa hatt.
Om det regnar flyttar vi in i båthuset.

Kram, Åsa`,
      },
    ],
  },
  {
    subject: 'Mökin avain ja ohjeet',
    ago: '8w',
    letters: [
      {
        from: 'Päivi Järvinen <paivi@example.com>',
        text: `Moi Robin,

avain on naapurin luona kuten sovittiin. Saunan uuni lämpiää hitaasti, joten sytytä se hyvissä ajoin.
Halkoja on liiterissä koko viikoksi. Mukavaa lomaa!

Päivi`,
      },
    ],
  },
  {
    subject: 'Boottocht over de plassen',
    ago: '14w',
    letters: [
      {
        from: 'Sanne de Vries <sanne@example.org>',
        text: `Hoi Robin,

Zaterdag varen we met de sloep over de plassen. We vertrekken om elf uur bij de steiger achter het café.
Neem zonnebrand mee, en als je wilt iets lekkers voor bij de koffie.

Groetjes,
Sanne`,
      },
    ],
  },
];
