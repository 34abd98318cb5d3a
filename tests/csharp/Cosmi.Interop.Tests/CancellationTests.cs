using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    public sealed class CancellationTests : SimulatorTest
    {
        public CancellationTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Theory]
        [InlineData("imds")]
        [InlineData("arm")]
        [InlineData("cosmos")]
        public async Task Cancelling_ends_the_task_and_the_request(string face)
        {
            Simulator.Fault(face, Hang);
            using CosmiClient client = Simulator.Client();
            using var cancellation = new CancellationTokenSource();
            Task<CosmiCollection> call = client.GetCollectionAsync(Named("myaccount"), "Test", "Test", cancellationToken: cancellation.Token);
            Eventually(() => Simulator.Connections(face) > 0, "a connection to " + face);
            Thread.Sleep(100);
            Assert.False(call.IsCompleted);

            cancellation.Cancel();
            OperationCanceledException stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(call));

            Assert.True(call.IsCanceled);
            Assert.Equal(cancellation.Token, stopped.CancellationToken);
            Eventually(() => Simulator.Journal(face).Any(entry => entry.GetProperty("aborted").GetBoolean()), face + " sees the client go");
        }

        [Fact]
        public async Task A_call_that_is_cancelled_before_it_starts_sends_nothing()
        {
            using CosmiClient client = Simulator.Client();
            Task<CosmiToken> call = client.GetTokenAsync(Resource, cancellationToken: new CancellationToken(canceled: true));

            Assert.True(call.IsCanceled);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public async Task Cancelling_after_the_end_changes_nothing()
        {
            using CosmiClient client = Simulator.Client();
            using var cancellation = new CancellationTokenSource();
            Task<CosmiToken> call = client.GetTokenAsync(Resource, cancellationToken: cancellation.Token);
            await Soon(call);
            cancellation.Cancel();

            Assert.Equal(TaskStatus.RanToCompletion, call.Status);
        }

        [Fact]
        public async Task A_time_limit_is_not_a_cancellation()
        {
            Simulator.Fault("imds", Hang);
            using CosmiClient client = Simulator.Client();
            using var cancellation = new CancellationTokenSource();
            Task<CosmiToken> call = client.GetTokenAsync(Resource, new CosmiCallOptions { Timeout = TimeSpan.FromMilliseconds(200) }, cancellation.Token);
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(call));

            Assert.Equal(CosmiStatus.TimedOut, failure.Status);
            Assert.True(call.IsFaulted);
        }

        [Fact]
        public async Task One_of_two_that_wait_for_the_same_token_can_be_cancelled()
        {
            Simulator.Fault("imds", """{"delayMs":1000}""", times: 1);
            using CosmiClient client = Simulator.Client();
            using var cancellation = new CancellationTokenSource();
            Task<CosmiToken> first = client.GetTokenAsync(Resource, cancellationToken: cancellation.Token);
            Task<CosmiToken> second = client.GetTokenAsync(Resource);
            Eventually(() => Simulator.Connections("imds") > 0, "a connection");
            cancellation.Cancel();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(first));
            Assert.Equal(Resource, (await Soon(second)).Resource);
        }

        [Fact]
        public async Task Thousands_of_calls_cancelled_at_random_all_end()
        {
            Simulator.Fault("imds", """{"delayMs":20}""");
            var random = new Random(20180416);
            using CosmiClient client = Simulator.Client();
            int succeeded = 0;
            int cancelled = 0;
            for (int round = 0; round < 20; round++)
            {
                Task[] calls = Enumerable.Range(0, 100).Select(async number =>
                {
                    using var cancellation = new CancellationTokenSource();
                    int delay = random.Next(0, 60);
                    // A resource of its own for every few, so that tokens have to be fetched and are shared.
                    Task<CosmiToken> call = client.GetTokenAsync($"https://resource{round}x{number / 4}.invalid/", cancellationToken: cancellation.Token);
                    cancellation.CancelAfter(delay);
                    try
                    {
                        (await call.WaitAsync(Patience)).Dispose();
                        Interlocked.Increment(ref succeeded);
                    }
                    catch (OperationCanceledException)
                    {
                        Interlocked.Increment(ref cancelled);
                    }
                    catch (CosmiException)
                    {
                        // The simulator may know no such resource.
                        Interlocked.Increment(ref succeeded);
                    }
                }).ToArray();
                await Task.WhenAll(calls);
            }

            Assert.Equal(2000, succeeded + cancelled);
            Assert.NotEqual(0, cancelled);
        }
    }
}
