using System;
using System.Collections.Generic;

namespace Cosmi.Interop
{
    /// <summary>Shares the process's one log sink out to the calls that asked for their operation's records.</summary>
    internal static class NativeLog
    {
        // Rooted for ever: the library may call it as long as the sink is set.
        private static readonly cosmi_log_fn Sink = Deliver;

        // Guards Listening and Level, and is held while the sink changes. Changing it waits for running callbacks, so those must never need this lock.
        private static readonly object SinkGate = new object();
        private static readonly int[] Listening = new int[(int)CosmiLogLevel.Debug + 1];

        // Guards Operations. Held while an operation starts, so that its first record finds it here.
        private static readonly object OperationsGate = new object();
        private static readonly Dictionary<ulong, Listener> Operations = new Dictionary<ulong, Listener>();

        [ThreadStatic]
        private static bool delivering;

        /// <summary>How much the library logs at present.</summary>
        internal static CosmiLogLevel Level { get; private set; }

        /// <summary>Starts an operation; it answers a status.</summary>
        internal delegate int Start(out OperationHandle operation);

        /// <summary>A listener for a call, or <see langword="null"/> when it wants no records. To be disposed when the operation has ended.</summary>
        /// <exception cref="InvalidOperationException">The caller is a log callback.</exception>
        internal static Listener? Listen(NativeMethods native, CosmiCallOptions? options)
        {
            if (options?.Log is null || options.LogLevel <= CosmiLogLevel.Off)
            {
                return null;
            }

            if (delivering)
            {
                throw new InvalidOperationException("A log callback may not start a call that has a log callback itself.");
            }

            var listener = new Listener(native, options.LogLevel > CosmiLogLevel.Debug ? CosmiLogLevel.Debug : options.LogLevel, options.Log);
            SetListening(native, listener.Level, 1);
            return listener;
        }

        private static void SetListening(NativeMethods native, CosmiLogLevel listenerLevel, int change)
        {
            lock (SinkGate)
            {
                Listening[(int)listenerLevel] += change;
                int wanted = Array.FindLastIndex(Listening, count => count > 0);
                if (wanted < 0)
                {
                    wanted = (int)CosmiLogLevel.Off;
                }

                if (wanted != (int)Level)
                {
                    int status = native.cosmi_log_set(wanted, wanted == (int)CosmiLogLevel.Off ? null : Sink, IntPtr.Zero);
                    if (status != (int)CosmiStatus.Ok)
                    {
                        Listening[(int)listenerLevel] -= change;
                        throw CosmiErrors.FromStatus(native, status, "cosmi_log_set");
                    }

                    Level = (CosmiLogLevel)wanted;
                }
            }
        }

        // Called by the library, on its threads: nothing may be thrown into it.
        private static void Deliver(IntPtr userData, int recordLevel, ulong operationId, IntPtr message, UIntPtr messageLength)
        {
            bool outermost = !delivering;
            delivering = true;
            try
            {
                Listener? listener;
                lock (OperationsGate)
                {
                    Operations.TryGetValue(operationId, out listener);
                }

                if (listener != null && recordLevel <= (int)listener.Level)
                {
                    listener.Log(new CosmiLogRecord((CosmiLogLevel)recordLevel, operationId, NativeText.FromUtf8(message, messageLength) ?? string.Empty));
                }
            }
            catch (Exception)
            {
                // The listener's own failure must not end the operation, nor the process.
            }
            finally
            {
                delivering = !outermost;
            }
        }

        /// <summary>One call that gets records.</summary>
        internal sealed class Listener : IDisposable
        {
            private readonly NativeMethods _native;
            private ulong _operationId;

            internal Listener(NativeMethods native, CosmiLogLevel level, Action<CosmiLogRecord> log)
            {
                _native = native;
                Level = level;
                Log = log;
            }

            internal CosmiLogLevel Level { get; }

            internal Action<CosmiLogRecord> Log { get; }

            /// <summary>Starts the operation and has its records from the first one on.</summary>
            internal int StartOperation(Start start, out OperationHandle operation)
            {
                lock (OperationsGate)
                {
                    int status = start(out operation);
                    if (status == (int)CosmiStatus.Ok)
                    {
                        _operationId = _native.cosmi_operation_id(operation);
                        Operations.Add(_operationId, this);
                    }

                    return status;
                }
            }

            public void Dispose()
            {
                lock (OperationsGate)
                {
                    Operations.Remove(_operationId);
                }

                SetListening(_native, Level, -1);
            }
        }
    }
}
