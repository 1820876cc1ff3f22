// Conversations in Japanese, Chinese, Korean, Vietnamese, Thai and Indonesian.
import type { Conversation } from './letter.ts';

export const eastAsia: readonly Conversation[] = [
  {
    subject: '京都の写真展について',
    ago: '26h',
    starred: true,
    wrote: 'DATE NAME さんのメール:',
    letters: [
      {
        from: '佐藤 遥 <haruka@example.org>',
        text: `ロビンさん

お元気ですか。来月の写真展の会場が、三条通りの小さなギャラリーに決まりました。
白い壁と大きな窓があって、午後の光がとてもきれいです。

作品は十二点まで展示できます。サイズは A2 が良いと思いますが、いかがでしょうか。
詳しい地図はこちらです: https://gallery.example.org/map

よろしくお願いします。
佐藤 遥`,
      },
      {
        from: 'me',
        after: '5h',
        text: `遥さん

ありがとうございます。A2 で大丈夫です。写真は金曜日までに送ります。

ロビン`,
      },
      {
        from: '佐藤 遥 <haruka@example.org>',
        after: '9h',
        text: `ロビンさん

了解しました。金曜日を楽しみにしています。
搬入は前日の午後三時からです。軽トラックを借りましたので、額縁は私が運びます。

それから、初日の夜に近くのそば屋さんで小さな打ち上げをします。ぜひ来てください。

遥`,
      },
    ],
  },
  {
    subject: '【ご案内】図書館 年末年始の開館時間',
    ago: '5d',
    letters: [
      {
        from: 'みどり町図書館 <library@example.org>',
        text: `いつもみどり町図書館をご利用いただき、ありがとうございます。

年末年始は、十二月二十九日から一月三日まで休館いたします。
この期間に返却日を迎える本は、一月七日までにお返しください。
返却ポストはいつでもご利用いただけます。

みどり町図書館`,
      },
    ],
  },
  {
    subject: '周末一起去爬山吗？',
    ago: '7h',
    unread: true,
    wrote: 'NAME 于 DATE 写道:',
    letters: [
      {
        from: '林小雨 <xiaoyu@example.net>',
        text: `罗宾，你好！

天气预报说这个星期六是晴天，我们想去香山看红叶，早上七点半在地铁站门口集合。
来回大概要六个小时，中午在山顶吃饭，记得带水和一件厚衣服。

你要是来，请今天晚上之前告诉我，我好订饭。

小雨`,
      },
      { from: 'me', after: '2h', text: '小雨，我来！我带水果和热茶。星期六见。\n\n罗宾' },
      {
        from: '林小雨 <xiaoyu@example.net>',
        after: '3h',
        text: '太好了！一共八个人，我已经订好了位子。路线图在这里：https://maps.example.net/xiangshan 🍁\n\n小雨',
      },
    ],
  },
  {
    subject: '新書校對稿第三章',
    ago: '3d',
    wrote: 'NAME 於 DATE 寫道：',
    letters: [
      {
        from: '陳思穎 <siying@example.org>',
        text: `羅賓：

第三章的校對稿已經完成，主要改了標點和兩處年份。
第 47 頁的插圖說明還需要您確認，原文寫的是「港口」，但圖上看起來像是燈塔。

麻煩您在週四之前回覆，印刷廠週五要定稿。

思穎`,
      },
      {
        from: 'me',
        after: '20h',
        text: '思穎：\n\n你說得對，是燈塔。請改成「舊燈塔」。其他地方都沒有問題，謝謝！\n\n羅賓',
      },
    ],
  },
  {
    subject: '회의록 공유드립니다',
    ago: '2d',
    wrote: 'DATE, NAME 님이 작성:',
    letters: [
      {
        from: '김서연 <seoyeon@example.com>',
        text: `로빈 님, 안녕하세요.

어제 회의 내용을 정리해서 보내드립니다.

1. 새 홈페이지는 다음 달 15일에 공개합니다.
2. 번역은 이번 주 금요일까지 마무리합니다.
3. 사진은 제가 다시 고르겠습니다.

빠진 내용이 있으면 편하게 말씀해 주세요.

감사합니다.
김서연 드림`,
      },
      {
        from: 'me',
        after: '3h',
        text: '서연 님, 깔끔하게 정리해 주셔서 감사합니다. 번역은 목요일까지 보내겠습니다.\n\n로빈',
      },
    ],
  },
  {
    subject: '제주도 여행 사진 보내요 📷',
    ago: '3w',
    letters: [
      {
        from: '박민재 <minjae@example.net>',
        text: `로빈!

제주도에서 찍은 사진 정리했어요. 바람이 많이 불었지만 바다가 정말 예뻤죠.
앨범은 여기서 볼 수 있어요: https://photos.example.net/jeju

다음에는 한라산까지 같이 올라가요!

민재`,
      },
    ],
  },
  {
    subject: 'Lịch tập văn nghệ tuần tới',
    ago: '31h',
    unread: true,
    wrote: 'Vào DATE, NAME đã viết:',
    letters: [
      {
        from: 'Nguyễn Thu Hà <thuha@example.org>',
        text: `Chào Robin,

Tuần tới nhóm mình tập vào tối thứ Ba và thứ Năm, bắt đầu lúc 19 giờ tại nhà văn hóa phường.
Bạn nhớ mang theo đàn và bản nhạc bài số hai nhé, lần trước mọi người hát còn lệch nhịp.

Sau buổi tập thứ Năm cả nhóm đi ăn phở, quán ở ngay góc phố.

Hẹn gặp bạn!
Hà`,
      },
    ],
  },
  {
    subject: 'Công thức bánh chưng của bà',
    ago: '9w',
    letters: [
      {
        from: 'Trần Minh <minh@example.net>',
        text: `Robin ơi,

Mình gửi công thức bánh chưng của bà như đã hứa: gạo nếp, đậu xanh, thịt ba chỉ và lá dong.
Gạo phải ngâm qua đêm, còn bánh thì luộc khoảng mười tiếng, lửa nhỏ thôi.

Có gì không rõ cứ hỏi mình nhé.
Minh`,
      },
    ],
  },
  {
    subject: 'นัดชิมกาแฟวันเสาร์',
    ago: '4d',
    wrote: 'NAME เขียนเมื่อ DATE:',
    letters: [
      {
        from: 'สุดา วงศ์ไทย <suda@example.com>',
        text: `สวัสดีค่ะคุณโรบิน

วันเสาร์นี้ร้านของเราจะชิมกาแฟจากดอยช้างรุ่นใหม่ เริ่มบ่ายสองโมงนะคะ
มีที่นั่งสำหรับสิบสองคน ถ้าสนใจช่วยตอบกลับภายในวันพฤหัสค่ะ

แล้วพบกันที่ร้านนะคะ ☕
สุดา`,
      },
      { from: 'me', after: '6h', text: 'ขอบคุณครับคุณสุดา ผมไปแน่นอน ขอสองที่นั่งครับ\n\nโรบิน' },
    ],
  },
  {
    subject: 'Undangan peluncuran buku resep',
    ago: '6d',
    letters: [
      {
        from: 'Dewi Ayuningtyas <dewi@example.org>',
        text: `Halo Robin,

Buku resep kami akhirnya terbit! Peluncurannya hari Minggu sore di taman kota, ada musik dan banyak makanan.
Kamu boleh mengajak dua orang teman. Tolong kabari saya sebelum hari Jumat supaya kursinya cukup.

Salam hangat,
Dewi`,
      },
    ],
  },
];
