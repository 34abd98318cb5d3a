using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>What becomes of failures: the exception's status, the service's words, the action; and never a secret.</summary>
    public sealed class ErrorTests : SimulatorTest
    {
        private const string Canary = "Q0FOQVJZLWNhbmFyeS1DQU5BUlktY2FuYXJ5LUNBTkFSWQ==";

        public ErrorTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Theory]
        [InlineData("noaccess", "Test", "Test", CosmiStatus.Forbidden, 403, true)]
        [InlineData("absentaccount", "Test", "Test", CosmiStatus.NotFound, 0, true)]
        [InlineData("myaccount", "Test", "Absent", CosmiStatus.NotFound, 404, true)]
        [InlineData("myaccount", "Absent", "Test", CosmiStatus.NotFound, 404, true)]
        public async Task A_service_that_refuses_is_told(string account, string database, string collection, CosmiStatus status, int httpStatus, bool hasAction)
        {
            using CosmiClient client = Simulator.Client();
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.GetCollectionAsync(Named(account), database, collection)));

            Assert.Equal(status, failure.Status);
            Assert.Equal(httpStatus, failure.HttpStatus);
            Assert.NotEmpty(failure.Message);
            Assert.DoesNotContain('\n', failure.Message);
            Assert.Equal(hasAction, !string.IsNullOrEmpty(failure.Action));
            Assert.False(failure.IsRetryable);
        }

        [Fact]
        public async Task A_refused_key_tells_the_services_code_and_request()
        {
            using CosmiClient client = Simulator.Client();
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.ListKeysAsync(Named("readeraccount"), CosmiKeyKind.ReadWrite)));

            Assert.Equal(CosmiStatus.Forbidden, failure.Status);
            Assert.Equal(403, failure.HttpStatus);
            Assert.Equal("AuthorizationFailed", failure.ServiceCode);
            Assert.NotEmpty(failure.RequestId!);
            Assert.NotEmpty(failure.Action!);
        }

        [Fact]
        public async Task A_lock_is_a_conflict()
        {
            using CosmiClient client = Simulator.Client();
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.ListKeysAsync(Named("lockedaccount"), CosmiKeyKind.ReadWrite)));

            Assert.Equal(CosmiStatus.Conflict, failure.Status);
            Assert.Equal(409, failure.HttpStatus);
            Assert.Equal("ScopeLocked", failure.ServiceCode);
        }

        [Fact]
        public async Task Throttling_tells_how_long_to_wait()
        {
            Simulator.Fault("arm", """{"status":429,"headers":{"Retry-After":"30"},"body":"{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"Slow down.\"}}"}""");
            using CosmiClient client = Simulator.Client();
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() =>
                Soon(client.ListAccountsAsync(options: new CosmiCallOptions { Timeout = TimeSpan.FromSeconds(2) })));

            Assert.Equal(CosmiStatus.Throttled, failure.Status);
            Assert.Equal(429, failure.HttpStatus);
            Assert.Equal(TimeSpan.FromSeconds(30), failure.RetryAfter);
            Assert.True(failure.IsRetryable);
        }

        [Theory]
        [InlineData("""{"status":200,"headers":{"Content-Type":"text/html"},"body":"<html>proxy</html>"}""", CosmiStatus.BadResponse)]
        [InlineData("""{"truncate":20}""", CosmiStatus.BadResponse)]
        [InlineData("""{"close":"before-headers"}""", CosmiStatus.Protocol)]
        public async Task An_answer_that_is_none_is_told(string action, CosmiStatus status)
        {
            Simulator.Fault("arm", action);
            using CosmiClient client = Simulator.Client();
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() =>
                Soon(client.GetAccountAsync(
                    new CosmiAccountReference { SubscriptionId = Simulator.SubscriptionId, ResourceGroup = Simulator.ResourceGroup, Name = "myaccount" },
                    new CosmiCallOptions { Timeout = TimeSpan.FromSeconds(10) })));

            Assert.True(status == failure.Status, failure.Status + ": " + failure.Message);
        }

        [Fact]
        public async Task An_untrusted_certificate_is_told()
        {
            CosmiOptions options = Simulator.Options();
            options.CaCertificates = null;
            using var client = new CosmiClient(options);
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.ListAccountsAsync()));

            Assert.Equal(CosmiStatus.Tls, failure.Status);
            Assert.Equal(0, failure.HttpStatus);
            Assert.NotEmpty(failure.Action!);
        }

        [Fact]
        public async Task A_machine_without_identity_is_told()
        {
            CosmiOptions options = Simulator.Options();
            options.ClientId = "99999999-0000-0000-0000-000000000009";
            using var client = new CosmiClient(options);
            CosmiException failure = await Assert.ThrowsAsync<CosmiException>(() => Soon(client.GetTokenAsync(Resource)));

            Assert.Equal(CosmiStatus.NoIdentity, failure.Status);
            Assert.NotEmpty(failure.Action!);
        }

        [Fact]
        public async Task Time_limits_end_calls()
        {
            Simulator.Fault("imds", Hang);
            CosmiOptions options = Simulator.Options();
            options.Timeout = TimeSpan.FromMilliseconds(300);
            using var impatient = new CosmiClient(options);
            using CosmiClient patient = Simulator.Client();

            CosmiException byClient = await Assert.ThrowsAsync<CosmiException>(() => Soon(impatient.GetTokenAsync(Resource)));
            CosmiException byCall = await Assert.ThrowsAsync<CosmiException>(() =>
                Soon(patient.GetTokenAsync(Resource, new CosmiCallOptions { Timeout = TimeSpan.FromMilliseconds(300) })));

            Assert.Equal(CosmiStatus.TimedOut, byClient.Status);
            Assert.Equal(CosmiStatus.TimedOut, byCall.Status);
            Assert.NotEmpty(byCall.Message);
        }

        [Fact]
        public async Task Arguments_that_cannot_be_right_are_refused_at_once()
        {
            using CosmiClient client = Simulator.Client();
            RefusesAtOnce<ArgumentNullException>(() => client.GetTokenAsync(null!), "resource");
            RefusesAtOnce<ArgumentNullException>(() => client.GetAccountAsync(null!), "account");
            RefusesAtOnce<ArgumentNullException>(() => client.GetCollectionAsync(Named("myaccount"), null!, "Test"), "database");
            RefusesAtOnce<ArgumentNullException>(() => client.GetCollectionAsync(Named("myaccount"), "Test", null!), "collection");
            RefusesAtOnce<ArgumentException>(() => client.GetTokenAsync("a\0b"), "resource");
            RefusesAtOnce<ArgumentException>(() => client.GetCollectionAsync(Named("myaccount"), "\uD800", "Test"), "database");
            RefusesAtOnce<ArgumentException>(() => client.GetAccountAsync(new CosmiAccountReference { Name = "my\0account" }), "account");
            Assert.Throws<ArgumentException>("options", () => new CosmiClient(new CosmiOptions { ClientId = "a", ObjectId = "b" }));
            foreach (TimeSpan timeout in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(50) })
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => new CosmiClient(new CosmiOptions { Timeout = timeout }));
                await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Soon(client.GetTokenAsync(Resource, new CosmiCallOptions { Timeout = timeout })));
            }

            Assert.Empty(Simulator.Journal());
        }

        [Fact]
        public async Task Arguments_that_only_the_library_can_judge_are_refused_by_it()
        {
            using CosmiClient client = Simulator.Client();
            var tries = new Func<Task>[]
            {
                () => Soon(client.GetTokenAsync(string.Empty)),
                () => Soon(client.ListKeysAsync(Named("myaccount"), (CosmiKeyKind)77)),
                () => Soon(client.GetAccountAsync(new CosmiAccountReference())),
                () => Soon(client.GetCollectionAsync(Named("myaccount"), string.Empty, "Test")),
                () => Soon(client.GetCollectionAsync(Named("myaccount"), "Test", new string('x', 1_000_000))),
                () => Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = "not an address" }, "Test", "Test")),
                () => { new CosmiClient(new CosmiOptions { Cloud = "AzureCloudCuckooLand" }).Dispose(); return Task.CompletedTask; },
                () => { new CosmiClient(new CosmiOptions { CaCertificates = new byte[] { 1, 2, 3 } }).Dispose(); return Task.CompletedTask; },
                () => { new CosmiClient(new CosmiOptions { IdentitySource = (CosmiIdentitySource)77 }).Dispose(); return Task.CompletedTask; },
                () => { new CosmiClient(new CosmiOptions { ArmEndpoint = "http://example.invalid/" }).Dispose(); return Task.CompletedTask; },
            };
            foreach (Func<Task> attempt in tries)
            {
                CosmiException failure = await Assert.ThrowsAsync<CosmiException>(attempt);
                Assert.Equal(CosmiStatus.InvalidArgument, failure.Status);
                Assert.NotEmpty(failure.Message);
            }
        }

        [Fact]
        public async Task No_exception_and_no_record_holds_a_secret()
        {
            var said = new List<string>();
            void Say(string text)
            {
                lock (said)
                {
                    said.Add(text);
                }
            }

            CosmiCallOptions Options(int seconds = 3) => new CosmiCallOptions
            {
                Timeout = TimeSpan.FromSeconds(seconds),
                LogLevel = CosmiLogLevel.Debug,
                Log = record => Say(record.ToString()),
            };

            using CosmiClient client = Simulator.Client();
            using CosmiToken token = await Soon(client.GetTokenAsync(Resource, Options()));
            using CosmiKeys keys = await Soon(client.ListKeysAsync(Named("myaccount"), CosmiKeyKind.ReadWrite, Options()));
            string[] secrets = keys.Keys.Select(key => Plain(key.Value)).Append(Plain(token.Value)).Append(Canary).ToArray();

            async Task Fail(Func<Task> attempt)
            {
                Exception failure = await Assert.ThrowsAnyAsync<Exception>(attempt);
                Say(failure.ToString());
                if (failure is CosmiException { Action: string action })
                {
                    Say(action);
                }
            }

            string endpoint = Simulator.Endpoint("myaccount");
            await Fail(() => Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = endpoint, Key = Secret(Canary) }, "Test", "Test", Options())));
            await Fail(() => Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = endpoint, Key = Secret(Canary + "!not base64") }, "Test", "Test", Options())));
            await Fail(() => Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = endpoint, Key = Secret(Canary + "é") }, "Test", "Test", Options())));
            await Fail(() => Soon(client.GetCollectionAsync(new CosmiAccountReference { Endpoint = "http://example.invalid/", Key = Secret(Canary) }, "Test", "Test", Options())));
            foreach (string action in new[] { """{"status":500,"body":"boom"}""", """{"status":401,"body":"no"}""", """{"close":"before-headers"}""", """{"hang":true}""" })
            {
                foreach (string face in new[] { "arm", "cosmos" })
                {
                    Simulator.Reset();
                    Simulator.Fault(face, action);
                    using CosmiClient fresh = Simulator.Client();
                    await Fail(() => Soon(fresh.GetCollectionAsync(Named("myaccount"), "Test", "Test", Options(1))));
                }
            }

            Assert.Contains(said, text => text.StartsWith("Debug: ", StringComparison.Ordinal));
            Assert.Contains(said, text => text.StartsWith(typeof(CosmiException).FullName!, StringComparison.Ordinal));
            foreach (string text in said)
            {
                // The beginning of every token: {" in base64.
                Assert.DoesNotContain("eyJ", text);
                foreach (string secret in secrets)
                {
                    Assert.DoesNotContain(secret, text);
                    Assert.DoesNotContain(Uri.EscapeDataString(secret), text);
                }
            }
        }
    }
}
