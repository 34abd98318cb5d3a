using System;
using System.Runtime.InteropServices;
using System.Threading;
using Xunit.Runners;

namespace Cosmi.Interop.Tests
{
    /// <summary>Runs the tests of this assembly, or those of the classes named; its last line is for programs.</summary>
    internal static class Program
    {
        private static int Main(string[] classes)
        {
            int failed = 0;
            int passed = 0;
            int skipped = 0;
            using var ended = new ManualResetEvent(false);
            AssemblyRunner runner = AssemblyRunner.WithoutAppDomain(typeof(Program).Assembly.Location);
            void Failed(string what, string type, string message, string trace)
            {
                failed++;
                Console.WriteLine($"Failed {what}\n  {type}: {message}\n{trace}");
            }

            // One test after another, so that nothing is counted by two threads at once.
            runner.OnTestPassed = test =>
            {
                passed++;
                Console.WriteLine($"Passed {test.TestDisplayName} [{test.ExecutionTime:0.000} s]");
            };
            runner.OnTestSkipped = test =>
            {
                skipped++;
                Console.WriteLine($"Skipped {test.TestDisplayName}: {test.SkipReason}");
            };
            runner.OnTestFailed = test => Failed(test.TestDisplayName, test.ExceptionType, test.ExceptionMessage, test.ExceptionStackTrace);
            // A fixture that cannot be made or disposed.
            runner.OnErrorMessage = error => Failed(error.MesssageType.ToString(), error.ExceptionType, error.ExceptionMessage, error.ExceptionStackTrace);
            runner.OnExecutionComplete = _ => ended.Set();
            runner.Start(new AssemblyRunnerStartOptions { Parallel = false, TypesToRun = classes });
            if (!ended.WaitOne(TimeSpan.FromMinutes(10)))
            {
                failed++;
                Console.WriteLine("Failed: the tests do not end");
            }

            // As xtask/scripts/Invoke-Test.ps1 writes it.
            Console.WriteLine($"tests: {passed} passed, {failed} failed, {skipped} skipped");

            int code = failed == 0 && passed > 0 ? 0 : 1;
            if (Type.GetType("Mono.Runtime") != null)
            {
                // Both from here and by Environment.Exit, Mono waits for the end of every thread that ever called back; the library's have none.
                _exit(code);
            }

            return code;
        }

        [DllImport("libc")]
        private static extern void _exit(int status);
    }
}
