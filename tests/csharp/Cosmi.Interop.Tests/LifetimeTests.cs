using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop.Tests
{
    /// <summary>Disposal, finalizers, and calls in any order on the handles themselves.</summary>
    public sealed class LifetimeTests : SimulatorTest
    {
        private static readonly NativeMethods Native = NativeMethods.Current;
        private static readonly cosmi_completion_fn Counted = Count;

        // Of this test alone: what another one has left may end while this one runs.
        private readonly Counter _completions = new();

        public LifetimeTests(Simulator simulator)
            : base(simulator)
        {
        }

        [Fact]
        public void A_disposed_client_refuses_calls_and_may_be_disposed_again()
        {
            CosmiClient client = Simulator.Client();
            client.Dispose();
            client.Dispose();

            RefusesAtOnce<ObjectDisposedException>(() => client.GetTokenAsync(Resource));
            RefusesAtOnce<ObjectDisposedException>(() => client.RenewTokenAsync(Resource));
            RefusesAtOnce<ObjectDisposedException>(() => client.GetEnvironmentAsync());
            RefusesAtOnce<ObjectDisposedException>(() => client.ListAccountsAsync());
            RefusesAtOnce<ObjectDisposedException>(() => client.GetAccountAsync(Named("myaccount")));
            RefusesAtOnce<ObjectDisposedException>(() => client.ListKeysAsync(Named("myaccount")));
            RefusesAtOnce<ObjectDisposedException>(() => client.ListConnectionStringsAsync(Named("myaccount")));
            RefusesAtOnce<ObjectDisposedException>(() => client.GetCollectionAsync(Named("myaccount"), "Test", "Test"));
        }

        [Fact]
        public async Task A_running_call_outlives_its_client()
        {
            Simulator.Fault("imds", """{"delayMs":300}""", times: 1);
            CosmiClient client = Simulator.Client();
            Task<CosmiToken> call = client.GetTokenAsync(Resource);
            client.Dispose();

            Assert.Equal(Resource, (await Soon(call)).Resource);
        }

        [FactExceptOnMono("Mono's collector takes whatever lies on a stack for a reference, so what it keeps is chance")]
        public async Task A_forgotten_call_still_ends_and_frees_what_it_holds()
        {
            WeakReference reference = await Forget();
            Eventually(
                () =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    return !reference.IsAlive;
                },
                "the call's result is collected");

            [MethodImpl(MethodImplOptions.NoInlining)]
            async Task<WeakReference> Forget()
            {
                using CosmiClient client = Simulator.Client();
                return new WeakReference(await Soon(client.GetTokenAsync(Resource)));
            }
        }

        [Fact]
        public void The_finalizer_of_an_operation_cancels_it()
        {
            Simulator.Fault("imds", Hang);
            using ClientHandle client = NewClient();
            Forget(client);
            Eventually(
                () =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    return Volatile.Read(ref _completions.Value) == 1;
                },
                "the completion of the finalized operation");
            Eventually(() => Simulator.Journal("imds").Any(entry => entry.GetProperty("aborted").GetBoolean()), "the simulator sees the client go");

            [MethodImpl(MethodImplOptions.NoInlining)]
            void Forget(ClientHandle owner)
            {
                Assert.False(Start(owner).IsInvalid);
                Eventually(() => Simulator.Connections("imds") > 0, "a connection");
                Thread.Sleep(100);
            }
        }

        [Fact]
        public void Disposing_ends_a_wait_on_another_thread()
        {
            Simulator.Fault("imds", Hang);
            using ClientHandle client = NewClient();
            OperationHandle operation = Start(client);
            int waited = -1;
            var waiter = new Thread(() => waited = Native.cosmi_operation_wait(operation, uint.MaxValue));
            waiter.Start();
            Thread.Sleep(100);
            operation.Dispose();

            Assert.True(waiter.Join(Patience));
            Assert.Equal((int)CosmiStatus.Cancelled, waited);
            Assert.Throws<ObjectDisposedException>(() => Native.cosmi_operation_wait(operation, 0));
            operation.Dispose();
        }

        [Fact]
        public void Results_are_borrowed_only_from_operations_that_have_them()
        {
            using ClientHandle client = NewClient();
            using OperationHandle operation = Start(client);
            Assert.Equal((int)CosmiStatus.Ok, Native.cosmi_operation_wait(operation, 30_000));

            Assert.NotEqual(0UL, Native.cosmi_operation_id(operation));
            Assert.NotEqual(IntPtr.Zero, Native.cosmi_operation_token(operation));
            Assert.Equal(IntPtr.Zero, Native.cosmi_operation_error(operation));
            Assert.Equal(IntPtr.Zero, Native.cosmi_operation_keys(operation));
            Assert.Equal(IntPtr.Zero, Native.cosmi_operation_collection(operation));
        }

        [Fact]
        public void Ten_thousand_random_starts_cancels_waits_and_disposals_complete_once_each()
        {
            Simulator.Fault("imds", Hang);
            using ClientHandle hanging = NewClient();
            Simulator.Reset();
            using ClientHandle answering = NewClient();
            using (OperationHandle warm = Start(answering))
            {
                Assert.Equal((int)CosmiStatus.Ok, Native.cosmi_operation_wait(warm, 30_000));
            }

            const int All = 10_001; // With the one above.
            Simulator.Fault("imds", Hang);
            var random = new Random(20180417);
            var open = new List<OperationHandle>();
            for (int number = 0; number < All - 1; number++)
            {
                OperationHandle operation = Start(random.Next(4) == 0 ? answering : hanging);
                switch (random.Next(7))
                {
                    case 0:
                        operation.Dispose();
                        break;
                    case 1:
                        Native.cosmi_operation_cancel(operation);
                        operation.Dispose();
                        break;
                    case 2:
                        Native.cosmi_operation_wait(operation, (uint)random.Next(2));
                        operation.Dispose();
                        break;
                    case 3:
                        Native.cosmi_operation_cancel(operation);
                        Assert.NotEqual((int)CosmiStatus.Pending, Native.cosmi_operation_wait(operation, 30_000));
                        operation.Dispose();
                        break;
                    case 4:
                        ThreadPool.QueueUserWorkItem(_ => operation.Dispose());
                        operation.Dispose();
                        break;
                    case 5:
                        // Left to the finalizer.
                        break;
                    default:
                        open.Add(operation);
                        break;
                }

                if (open.Count > 200)
                {
                    open.ForEach(left => left.Dispose());
                    open.Clear();
                }
            }

            open.ForEach(left => left.Dispose());
            open.Clear();
            Eventually(
                () =>
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    return Volatile.Read(ref _completions.Value) >= All;
                },
                "every completion");
            Thread.Sleep(200);
            Assert.Equal(All, Volatile.Read(ref _completions.Value));
        }

        private static void Count(IntPtr userData, int status)
        {
            GCHandle handle = GCHandle.FromIntPtr(userData);
            var counter = (Counter)handle.Target!;
            handle.Free();
            Interlocked.Increment(ref counter.Value);
        }

        private OperationHandle Start(ClientHandle client)
        {
            GCHandle userData = GCHandle.Alloc(_completions);
            int status = Native.cosmi_token_get_start(client, NativeText.ToUtf8(Resource), 0, Counted, GCHandle.ToIntPtr(userData), out OperationHandle operation);
            Assert.Equal((int)CosmiStatus.Ok, status);
            return operation;
        }

        private ClientHandle NewClient()
        {
            Assert.Equal((int)CosmiStatus.Ok, Native.cosmi_options_new(out OptionsHandle options));
            using (options)
            {
                Native.cosmi_options_set_metadata_endpoint(options, NativeText.ToUtf8(Simulator.Text("metadata")));
                Assert.Equal((int)CosmiStatus.Ok, Native.cosmi_client_new(options, out ClientHandle client, out _));
                return client;
            }
        }

        private sealed class Counter
        {
            internal int Value;
        }
    }
}
