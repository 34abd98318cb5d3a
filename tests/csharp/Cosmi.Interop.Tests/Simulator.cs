using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Security;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Cosmi.Interop.Tests
{
    [CollectionDefinition(Name)]
    public sealed class SimulatorCollection : ICollectionFixture<Simulator>
    {
        public const string Name = "simulator";
    }

    /// <summary>One run of the program cosmi-simulator for all tests; each test resets it.</summary>
    public sealed class Simulator : IDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _control;
        private readonly JsonElement _ready;

        public Simulator()
        {
            _process = Process.Start(new ProcessStartInfo(RequiredVariable("COSMI_SIMULATOR"))
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }) ?? throw new InvalidOperationException("The simulator did not start.");
            string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The simulator ended at once.");
            _ready = JsonDocument.Parse(line).RootElement;
            Drain(_process.StandardOutput);
            _control = new HttpClient(new HttpClientHandler { UseProxy = false }) { BaseAddress = new Uri(Text("control")) };
            CaCertificates = File.ReadAllBytes(Text("ca"));
        }

        public string SubscriptionId => Text("subscriptionId");

        public string ResourceGroup => Text("resourceGroup");

        public byte[] CaCertificates { get; }

        public IEnumerable<KeyValuePair<string, string>> Environment =>
            _ready.GetProperty("environment").EnumerateObject().Select(entry => new KeyValuePair<string, string>(entry.Name, entry.Value.GetString()!));

        /// <summary>What a program finds on one of the hosts that the simulator is.</summary>
        public Dictionary<string, string> Variables(string host) =>
            _ready.GetProperty("environments").GetProperty(host).EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);

        public static string RequiredVariable(string name) =>
            System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
                ? value
                : throw new InvalidOperationException($"These tests need the environment variable {name}; 'cargo xtask test' sets it.");

        public string Text(params string[] path) => path.Aggregate(_ready, (element, name) => element.GetProperty(name)).GetString()!;

        public string Endpoint(string account) => Text("accounts", account, "endpoint");

        public CosmiOptions Options() => new CosmiOptions
        {
            MetadataEndpoint = Text("metadata"),
            ArmEndpoint = Text("arm"),
            CaCertificates = CaCertificates,
        };

        public CosmiClient Client() => new CosmiClient(Options());

        public void Reset() => Post("/reset", "{}");

        /// <summary>Makes a face misbehave: an action as in the simulator's README; so many times, 0 for always.</summary>
        public void Fault(string face, string action, int times = 0) =>
            Post("/faults", $$"""{"match":{"face":"{{face}}"},"times":{{times}},"action":{{action}} }""");

        public void Post(string path, string json)
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using HttpResponseMessage answer = _control.PostAsync(path, content).GetAwaiter().GetResult();
            string body = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {body}");
        }

        public IReadOnlyList<JsonElement> Journal(string? face = null)
        {
            string text = _control.GetStringAsync("/journal").GetAwaiter().GetResult();
            return JsonDocument.Parse(text).RootElement.EnumerateArray()
                .Where(entry => face is null || entry.GetProperty("face").GetString() == face)
                .ToList();
        }

        public int Connections(string face)
        {
            string text = _control.GetStringAsync("/stats").GetAwaiter().GetResult();
            return JsonDocument.Parse(text).RootElement.GetProperty(face).GetProperty("connections").GetInt32();
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10_000))
            {
                _process.Kill();
            }

            _process.Dispose();
            _control.Dispose();
        }

        private static async void Drain(StreamReader reader)
        {
            while (await reader.ReadLineAsync() != null)
            {
            }
        }
    }

    /// <summary>A test that talks to the simulator, in its first state.</summary>
    [Collection(SimulatorCollection.Name)]
    public abstract class SimulatorTest
    {
        protected const string Resource = "https://management.azure.com/";
        protected const string Hang = """{"hang":true}""";
        protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        protected SimulatorTest(Simulator simulator)
        {
            Simulator = simulator;
            simulator.Reset();
        }

        protected Simulator Simulator { get; }

        protected static CosmiAccountReference Named(string name) => new CosmiAccountReference { Name = name };

        protected static SecureString Secret(string text)
        {
            var secret = new SecureString();
            foreach (char character in text)
            {
                secret.AppendChar(character);
            }

            secret.MakeReadOnly();
            return secret;
        }

        protected static string Plain(SecureString secret) => new System.Net.NetworkCredential(string.Empty, secret).Password;

        /// <summary>A call throws by itself, not through its Task.</summary>
        protected static void RefusesAtOnce<TException>(Func<Task> call, string? parameter = null)
            where TException : Exception
        {
            Exception? failure = Record.Exception((Action)(() => _ = call()));
            Assert.IsType<TException>(failure);
            Assert.True(parameter is null || (failure as ArgumentException)?.ParamName == parameter, failure.ToString());
        }

        /// <summary>Waits until something is true; fails with its description when it does not become so.</summary>
        protected static void Eventually(Func<bool> condition, string what)
        {
            var watch = Stopwatch.StartNew();
            while (!condition())
            {
                Assert.True(watch.Elapsed < Patience, "This did not happen: " + what);
                Thread.Sleep(10);
            }
        }

        /// <summary>Waits for the end of a call, so that one that hangs fails its test instead of stopping them all.</summary>
        protected static async Task<T> Soon<T>(Task<T> task) => await task.WaitAsync(Patience);
    }
}
