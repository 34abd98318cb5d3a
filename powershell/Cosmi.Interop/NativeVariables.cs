using System;

namespace Cosmi.Interop
{
    /// <summary>The environment variables that the library looks at, handed to it where .NET's own are not the process's.</summary>
    internal static class NativeVariables
    {
        /// <summary>
        /// Hands over what .NET has, as .NET has it. Outside Windows .NET copies the process's variables when a program first changes one, and from then on
        /// the two are apart: native code would neither see <c>$env:X = 'new'</c> nor that X was removed. That is why a variable .NET does not have is handed over
        /// as not set and not left to the process, where an old value may still be. (What native code sets after that copy is not seen, as in all of .NET.)
        /// On Windows the two are one, and the library reads them itself in every call.
        /// </summary>
        /// <exception cref="ArgumentException">A variable cannot be passed as UTF-8 with a NUL at its end.</exception>
        internal static void HandOver(NativeMethods native, OptionsHandle options)
        {
            if (NativePlatform.Current.System == NativeSystem.Windows)
            {
                return;
            }

            foreach (string name in CosmiLibrary.VariableNames)
            {
                byte[]? value = NativeText.Optional(Environment.GetEnvironmentVariable(name), name);
                try
                {
                    CosmiErrors.ThrowUnlessOk(native, native.cosmi_options_set_variable(options, NativeText.ToUtf8(name), value), name);
                }
                finally
                {
                    // Some are secrets, and this copy is ours.
                    if (value != null)
                    {
                        Array.Clear(value, 0, value.Length);
                    }
                }
            }
        }
    }
}
