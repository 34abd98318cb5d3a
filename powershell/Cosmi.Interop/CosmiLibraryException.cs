using System;

namespace Cosmi.Interop
{
    /// <summary>The native library is not there, cannot be loaded, or is not the right one. The message names the file, what is wrong with it, and what to do.</summary>
    public sealed class CosmiLibraryException : DllNotFoundException
    {
        internal CosmiLibraryException(string problem, string action)
            : base(problem + "." + Environment.NewLine + action)
        {
            Problem = problem;
            Action = action;
        }

        /// <summary>What is wrong, without what to do about it.</summary>
        public string Problem { get; }

        /// <summary>What to do about it.</summary>
        public string Action { get; }
    }
}
