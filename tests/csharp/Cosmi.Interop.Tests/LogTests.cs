using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    public sealed class LogTests : SimulatorTest
    {
        public LogTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Fact]
        public async Task A_call_gets_the_records_of_its_own_operation_only()
        {
            using CosmiClient first = Simulator.Client();
            using CosmiClient second = Simulator.Client();
            var ofFirst = new ConcurrentQueue<CosmiLogRecord>();
            var ofSecond = new ConcurrentQueue<CosmiLogRecord>();
            await Task.WhenAll(
                Soon(first.GetCollectionAsync(Named("myaccount"), "Test", "Test", To(ofFirst, CosmiLogLevel.Debug))),
                Soon(second.GetCollectionAsync(Named("myaccount"), "Shared", "Orders", To(ofSecond, CosmiLogLevel.Debug))),
                Soon(first.GetCollectionAsync(Named("myaccount"), "Auto", "Scaled")));

            ulong firstId = Assert.Single(ofFirst.Select(record => record.OperationId).Distinct());
            ulong secondId = Assert.Single(ofSecond.Select(record => record.OperationId).Distinct());
            Assert.NotEqual(firstId, secondId);
            Assert.Contains(ofFirst, record => record.Level == CosmiLogLevel.Debug && record.Message.Contains("/dbs/Test/colls/Test"));
            Assert.DoesNotContain(ofFirst, record => record.Message.Contains("Orders"));
            Assert.Contains(ofSecond, record => record.Message.Contains("Orders"));
            Assert.All(ofFirst, record => Assert.DoesNotContain('\n', record.Message));
        }

        [Fact]
        public async Task All_records_are_there_when_the_task_completes()
        {
            using CosmiClient client = Simulator.Client();
            int expected = 0;
            for (int round = 0; round < 50; round++)
            {
                var records = new ConcurrentQueue<CosmiLogRecord>();
                await Soon(client.GetCollectionAsync(Named("myaccount"), "Test", "Test", To(records, CosmiLogLevel.Debug)));
                if (round == 1)
                {
                    expected = records.Count;
                    Assert.NotEqual(0, expected);
                }
                else if (round > 1)
                {
                    Assert.Equal(expected, records.Count);
                }
            }
        }

        [Fact]
        public async Task A_call_gets_no_more_than_it_asked_for()
        {
            using CosmiClient client = Simulator.Client();
            using CosmiClient other = Simulator.Client();
            var few = new ConcurrentQueue<CosmiLogRecord>();
            var all = new ConcurrentQueue<CosmiLogRecord>();
            var none = new ConcurrentQueue<CosmiLogRecord>();
            await Task.WhenAll(
                Soon(client.GetTokenAsync(Resource, To(all, CosmiLogLevel.Debug))),
                Soon(other.GetTokenAsync(Resource, To(few, CosmiLogLevel.Info))),
                Soon(other.GetTokenAsync("https://vault.azure.net", To(none, CosmiLogLevel.Off))));

            Assert.Contains(all, record => record.Level == CosmiLogLevel.Debug);
            Assert.DoesNotContain(few, record => record.Level > CosmiLogLevel.Info);
            Assert.Empty(none);
        }

        [Fact]
        public async Task The_sink_is_as_loud_as_its_loudest_listener_and_goes_with_the_last()
        {
            Simulator.Fault("imds", """{"delayMs":500}""");
            using CosmiClient client = Simulator.Client();
            using CosmiClient other = Simulator.Client();
            var records = new ConcurrentQueue<CosmiLogRecord>();
            Assert.Equal(CosmiLogLevel.Off, NativeLog.Level);
            Task<CosmiToken> quiet = client.GetTokenAsync(Resource, To(records, CosmiLogLevel.Warning));
            Assert.Equal(CosmiLogLevel.Warning, NativeLog.Level);
            Task<CosmiToken> loud = other.GetTokenAsync(Resource, To(records, CosmiLogLevel.Debug));
            Assert.Equal(CosmiLogLevel.Debug, NativeLog.Level);
            await Task.WhenAll(Soon(quiet), Soon(loud));

            Assert.Equal(CosmiLogLevel.Off, NativeLog.Level);
            await Assert.ThrowsAsync<CosmiException>(() => Soon(client.GetTokenAsync(string.Empty, To(records, CosmiLogLevel.Debug))));
            Assert.Equal(CosmiLogLevel.Off, NativeLog.Level);
        }

        [Fact]
        public async Task What_a_listener_throws_is_dropped()
        {
            using CosmiClient client = Simulator.Client();
            int calls = 0;
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource, new CosmiCallOptions
            {
                LogLevel = CosmiLogLevel.Debug,
                Log = _ =>
                {
                    calls++;
                    throw new InvalidOperationException("from the listener");
                },
            }));

            Assert.Equal(Resource, token.Resource);
            Assert.True(calls > 0);
        }

        [Fact]
        public async Task A_listener_may_start_calls_but_not_ones_with_a_listener()
        {
            using CosmiClient client = Simulator.Client();
            Task<CosmiToken>? plain = null;
            Task<CosmiToken>? logged = null;
            await Soon(client.GetTokenAsync(Resource, new CosmiCallOptions
            {
                LogLevel = CosmiLogLevel.Debug,
                Log = _ =>
                {
                    plain ??= client.GetTokenAsync(Resource);
                    logged ??= client.GetTokenAsync(Resource, new CosmiCallOptions { Log = _ => { } });
                },
            }));

            Assert.Equal(Resource, (await Soon(plain!)).Resource);
            await Assert.ThrowsAsync<InvalidOperationException>(() => Soon(logged!));
        }

        [Fact]
        public async Task Many_listeners_come_and_go_at_once()
        {
            using CosmiClient client = Simulator.Client();
            await Task.WhenAll(Enumerable.Range(0, 300).Select(async number =>
            {
                await Task.Yield();
                var records = new ConcurrentQueue<CosmiLogRecord>();
                var level = (CosmiLogLevel)(number % 5);
                using CosmiToken token = await Soon(client.GetTokenAsync($"https://r{number % 7}.azure.net/", To(records, level)).ContinueWith(
                    call => call.IsFaulted ? null! : call.Result, TaskScheduler.Default));
                Assert.All(records, record => Assert.True(record.Level <= level));
                Assert.True(records.Select(record => record.OperationId).Distinct().Count() <= 1);
            }));

            Assert.Equal(CosmiLogLevel.Off, NativeLog.Level);
        }

        private static CosmiCallOptions To(ConcurrentQueue<CosmiLogRecord> records, CosmiLogLevel level) =>
            new CosmiCallOptions { LogLevel = level, Log = records.Enqueue };
    }
}
