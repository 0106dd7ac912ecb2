import Testing

@testable import Outbound

@Suite("How a child process comes to its end")
struct ChildLifeTests {
    private func life() -> ChildLife { ChildLife(inputGrace: .seconds(2), terminationGrace: .seconds(3)) }

    @Test("its input is closed, then it is told to go, then nobody waits any longer")
    func steps() {
        var life = self.life()
        #expect(life.close() == [.closeInput, .setDeadline(.seconds(2))])
        #expect(life.deadlinePassed() == [.terminate, .setDeadline(.seconds(8))])
        #expect(life.deadlinePassed() == [.stopWaiting, .finish(.lost)])
        #expect(life.isFinished && !life.isGone)
        life.ended(.signalled(9))
        #expect(life.guardGone() == [])
        #expect(life.exit == .signalled(9))
        #expect(life.isGone)
    }

    @Test("one that goes when its input is closed isn't told anything else")
    func polite() {
        var life = self.life()
        _ = life.close()
        life.ended(.exited(code: 0))
        #expect(life.guardGone() == [.clearDeadline, .finish(.exited(code: 0))])
        #expect(life.deadlinePassed() == [])
        #expect(life.close() == [])
        #expect(life.wasAsked)
    }

    @Test("one that ends by itself was not asked to, even where it is closed before its guard is gone")
    func byItself() {
        var life = self.life()
        life.ended(.exited(code: 3))
        #expect(!life.isFinished)
        #expect(life.close() == [.closeInput, .setDeadline(.seconds(2))])
        #expect(!life.wasAsked)
        #expect(life.guardGone() == [.clearDeadline, .finish(.exited(code: 3))])
    }

    @Test("closing twice does nothing more")
    func twice() {
        var life = self.life()
        _ = life.close()
        #expect(life.close() == [])
    }

    @Test("one in a hurry is told to go at once, closed before or not, and once")
    func hurry() {
        var life = self.life()
        #expect(life.hurry() == [.closeInput, .terminate, .setDeadline(.seconds(8))])
        #expect(life.hurry() == [])
        var closed = self.life()
        _ = closed.close()
        #expect(closed.hurry() == [.clearDeadline, .terminate, .setDeadline(.seconds(8))])
        var gone = self.life()
        gone.ended(.exited(code: 0))
        _ = gone.guardGone()
        #expect(gone.hurry() == [])
    }

    @Test("a guard that dies before its child leaves the group to us")
    func lost() {
        var life = self.life()
        #expect(life.guardGone() == [.killGroup, .closeInput, .finish(.lost)])
        #expect(life.exit == .lost)
    }
}
