import Testing

@testable import ModelRelay

@Suite("Tokens of texts")
struct TextTokensTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var language: String
        /// What two public tokenizers count: an older one of 65 thousand words, a newer one of 131 thousand.
        var older: Int
        var newer: Int
        var isClose: Bool
        var text: String
        var testDescription: String { self.language }

        init(_ language: String, _ older: Int, _ newer: Int, isClose: Bool, _ text: String) {
            self.language = language
            self.older = older
            self.newer = newer
            self.isClose = isClose
            self.text = text
        }
    }

    static let samples = [
        Sample(
            "English", 60, 59, isClose: true,
            "The lighthouse keeper climbed the narrow stairs every evening, long before the first ships came "
                + "into the bay. He cleaned the lamp, wrote the weather into his book, and waited for the storm that "
                + "the old radio had promised since morning. Nobody in the village remembered when the tower had "
                + "been built."),
        Sample(
            "German", 81, 63, isClose: true,
            "Der Leuchtturmwärter stieg jeden Abend die schmale Treppe hinauf, lange bevor die ersten Schiffe "
                + "in die Bucht kamen. Er putzte die Lampe, schrieb das Wetter in sein Buch und wartete auf den Sturm, "
                + "den das alte Radio seit dem Morgen angekündigt hatte."),
        Sample(
            "French", 72, 56, isClose: true,
            "Le gardien du phare montait chaque soir l'escalier étroit, bien avant que les premiers navires "
                + "n'entrent dans la baie. Il nettoyait la lampe, notait le temps dans son cahier et attendait la "
                + "tempête que la vieille radio annonçait depuis le matin."),
        Sample(
            "Spanish", 70, 58, isClose: true,
            "El farero subía cada tarde la estrecha escalera, mucho antes de que los primeros barcos entraran "
                + "en la bahía. Limpiaba la lámpara, anotaba el tiempo en su cuaderno y esperaba la tormenta que "
                + "la vieja radio anunciaba desde la mañana."),
        Sample(
            "Polish", 95, 68, isClose: true,
            "Latarnik wchodził każdego wieczoru po wąskich schodach, na długo zanim pierwsze statki wpływały "
                + "do zatoki. Czyścił lampę, zapisywał pogodę w zeszycie i czekał na burzę, którą stare radio zapowiadało "
                + "od rana."),
        Sample(
            "Turkish", 79, 63, isClose: true,
            "Fener bekçisi her akşam, ilk gemiler körfeze girmeden çok önce dar merdivenleri çıkardı. Lambayı "
                + "temizler, havayı defterine yazar ve eski radyonun sabahtan beri haber verdiği fırtınayı beklerdi."),
        Sample(
            "Vietnamese", 136, 58, isClose: false,
            "Người gác hải đăng leo lên cầu thang hẹp mỗi buổi chiều, rất lâu trước khi những con tàu đầu tiên "
                + "vào vịnh. Ông lau đèn, ghi thời tiết vào sổ và chờ cơn bão mà chiếc đài cũ đã báo từ sáng."),
        Sample(
            "Russian", 114, 69, isClose: true,
            "Смотритель маяка каждый вечер поднимался по узкой лестнице, задолго до того, как первые корабли "
                + "входили в бухту. Он чистил лампу, записывал погоду в тетрадь и ждал шторма, который старое радио "
                + "обещало с самого утра."),
        Sample(
            "Greek", 187, 72, isClose: false,
            "Ο φαροφύλακας ανέβαινε κάθε βράδυ τη στενή σκάλα, πολύ πριν μπουν στον κόλπο τα πρώτα πλοία. Καθάριζε "
                + "τη λάμπα, έγραφε τον καιρό στο τετράδιό του και περίμενε την καταιγίδα."),
        Sample(
            "Arabic", 157, 51, isClose: false,
            "كان حارس المنارة يصعد السلم الضيق كل مساء قبل أن تدخل السفن الأولى إلى الخليج بوقت طويل. كان ينظف "
                + "المصباح ويكتب حالة الطقس في دفتره وينتظر العاصفة التي وعد بها المذياع القديم منذ الصباح."),
        Sample(
            "Hebrew", 121, 58, isClose: false,
            "שומר המגדלור טיפס בכל ערב במדרגות הצרות, הרבה לפני שהאוניות הראשונות נכנסו למפרץ. הוא ניקה את "
                + "המנורה, רשם את מזג האוויר במחברת וחיכה לסערה."),
        Sample(
            "Hindi", 191, 64, isClose: false,
            "प्रकाशस्तंभ का रखवाला हर शाम संकरी सीढ़ियाँ चढ़ता था, पहले जहाज़ों के खाड़ी में आने से बहुत पहले। "
                + "वह दीपक साफ़ करता, अपनी किताब में मौसम लिखता और उस तूफ़ान का इंतज़ार करता।"),
        Sample(
            "Thai", 252, 87, isClose: false,
            "คนเฝ้าประภาคารขึ้นบันไดแคบทุกเย็น ก่อนที่เรือลำแรกจะเข้ามาในอ่าวนานมาก เขาทำความสะอาดตะเกียง จดสภาพอากาศลงในสมุด "
                + "และรอพายุที่วิทยุเก่าประกาศตั้งแต่เช้า"),
        Sample(
            "Chinese", 104, 86, isClose: true,
            "守灯塔的人每天傍晚都爬上狭窄的楼梯，远在第一批船只驶入海湾之前。他擦拭灯具，把天气写进本子里，等待着旧收音机从早上就预报的暴风雨。村里没有人记得这座塔是什么时候建成的。"),
        Sample(
            "Japanese", 87, 64, isClose: true,
            "灯台守は毎晩、最初の船が湾に入ってくるずっと前に、狭い階段を上った。彼はランプを磨き、天気を手帳に書き、古いラジオが朝から予告していた嵐を待っていた。"),
        Sample(
            "Korean", 109, 52, isClose: false,
            "등대지기는 매일 저녁 첫 배들이 만에 들어오기 훨씬 전에 좁은 계단을 올랐다. 그는 등불을 닦고 공책에 날씨를 적으며 낡은 라디오가 아침부터 예고한 폭풍을 기다렸다."),
        Sample(
            "Swift", 103, 106, isClose: true,
            "struct Lamp {\n    private var isLit = false\n    mutating func light(at hour: Int) throws -> "
                + "Bool {\n        guard hour >= 18 else { return false }\n        self.isLit = true\n        return "
                + "self.isLit && hour < 24\n    }\n}\n\nlet lamps = [Lamp](repeating: Lamp(), count: 3)\nfor (index, "
                + "lamp) in lamps.enumerated() {\n    print(\"lamp \\(index): \\(lamp)\")\n}\n"),
        Sample(
            "Python", 86, 78, isClose: true,
            "def read_log(path):\n    entries = []\n    with open(path, encoding=\"utf-8\") as handle:\n   "
                + "     for number, line in enumerate(handle):\n            if not line.strip():\n               "
                + " continue\n            name, _, value = line.partition(\":\")\n            entries.append((number, "
                + "name.strip(), float(value)))\n    return sorted(entries, key=lambda entry: entry[2])\n"),
        Sample(
            "JSON", 83, 108, isClose: true,
            "{\"id\":\"ship-2041\",\"name\":\"Aurora\",\"position\":{\"lat\":58.9701,\"lon\":5.7331},\"cargo\":[{\"kind\":\"timber\",\"tons\":120},{\"kind\":\"fish\",\"tons\":14.5}],\"arrived\":true,\"pilot\":null,\"flags\":[\"NO\",\"DK\"],\"updated_at\":\"2025-03-14T09:26:53Z\"}"
        ),
        Sample(
            "Digits", 57, 139, isClose: false,
            "3.14159265358979 2718281828 1618033988 1414213562 0.577215664 299792458 6.02214076 1.380649 8.314462618 "
                + "137.035999 42 1729 65537 2147483647"),
        Sample(
            "Markdown", 97, 94, isClose: false,
            "# Harbour rules\n\n1. Keep *left* of the buoys.\n2. Call the pilot on channel **12**.\n\n| berth "
                + "| depth | price |\n|-------|-------|-------|\n| A1    | 4.5 m | 30    |\n| B7    | 9.0 m | 75 "
                + "   |\n\n> No anchoring inside the bay!\n\n- [ ] lamp\n- [x] rope\n"),
        Sample(
            "Emoji", 58, 87, isClose: false,
            "🚢🌊⛵️🌅 👩‍🚀👍🏽 🇳🇴🎉✨ 😀😃😄😁 🐟🐠🐡 ❤️🔥💡"),
    ]

    @Test("The estimate is near the mean of two tokenizers", arguments: Self.samples)
    func accuracy(sample: Sample) {
        let mean = Double(sample.older + sample.newer) / 2
        let ratio = Double(TextTokens.count(sample.text)) / mean
        let bound = sample.isClose ? 0.25 : 0.4
        #expect(abs(ratio - 1) <= bound, "\(ratio) of \(mean)")
    }

    @Test("Of a text beyond the bound the rest counts like its beginning, in no more time")
    func extrapolation() {
        let sentence = "The storm that the old radio had promised came at last. "
        let whole = String(repeating: sentence, count: 4 * TextTokens.mostBytes / sentence.utf8.count)
        let counted = Double(TextTokens.count(whole))
        let part = String(repeating: sentence, count: 100)
        let expected = Double(TextTokens.count(part)) * Double(whole.utf8.count) / Double(part.utf8.count)
        #expect(abs(counted / expected - 1) < 0.02)
        var tokens = TextTokens()
        tokens.add(whole)
        let before = tokens.count
        tokens.add(sentence)
        #expect(tokens.count > before)
    }

    @Test("No text has no tokens, any text has some", arguments: [("", 0), (" ", 0), ("a", 1), ("é", 3), ("\u{0}", 1)])
    func small(text: String, count: Int64) { #expect(TextTokens.count(text) == count) }
}
