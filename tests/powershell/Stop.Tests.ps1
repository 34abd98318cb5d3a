BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Ctrl+C' {
    BeforeAll {
        function Measure-Stop {
            # Runs a command, stops it when its request is on the wire, and gives the time this took.
            param([string] $Command, [string] $Pattern)
            Clear-SimulatorJournal -Simulator $simulator
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            try {
                $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Get-CosmiVersion").Invoke()
                $shell.Commands.Clear()
                $null = $shell.AddScript($Command)
                $running = $shell.BeginInvoke()
                Wait-Request -Pattern $Pattern | Should -BeGreaterThan 0
                [string] $shell.InvocationStateInfo.State | Should -Be 'Running'
                $watch = [System.Diagnostics.Stopwatch]::StartNew()
                $stopping = $shell.BeginStop($null, $null)
                $stopping.AsyncWaitHandle.WaitOne(5000) | Should -BeTrue
                $watch.Stop()
                $shell.EndStop($stopping)
                [string] $shell.InvocationStateInfo.State | Should -Be 'Stopped'
                $null = $running
                $watch.Elapsed.TotalMilliseconds
            }
            finally {
                $shell.Dispose()
            }
        }

        function Wait-Request {
            # How many requests there are to an address, once there are some.
            param([string] $Pattern, [switch] $Aborted)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            while ($watch.Elapsed.TotalSeconds -lt 20) {
                $requests = @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match $Pattern -and ($_.aborted -or -not $Aborted) })
                if ($requests) {
                    return $requests.Count
                }
                Start-Sleep -Milliseconds 10
            }
            0
        }
    }

    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'ends <Command> and cancels its request on the wire' -ForEach @(
        @{ Command = 'Get-CosmiToken -Resource https://vault.azure.net'; Face = 'imds'; Pattern = 'oauth2/token' }
        @{ Command = 'Get-CosmiEnvironment'; Face = 'imds'; Pattern = 'metadata/instance' }
        @{ Command = 'Get-CosmiAccount'; Face = 'arm'; Pattern = 'subscriptions' }
        @{ Command = 'Get-CosmiAccountKey -SubscriptionId 11111111-2222-3333-4444-555555555555 -ResourceGroupName rg -AccountName myaccount'; Face = 'arm'; Pattern = 'listKeys' }
        @{ Command = 'Get-CosmiConnectionString -SubscriptionId 11111111-2222-3333-4444-555555555555 -ResourceGroupName rg -AccountName myaccount'; Face = 'arm'; Pattern = 'listConnectionStrings' }
        @{ Command = "'A', 'B', 'C' | Get-CosmiCollection -AccountName myaccount -Database D"; Face = 'cosmos'; Pattern = '/colls/' }
        @{ Command = 'Test-CosmiAccess -AccountName myaccount'; Face = 'cosmos'; Pattern = '/colls/' }
    ) {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = $Face } -Action @{ hang = $true } -Times 0
        # A busy machine may be late once; a command that does not hear of Ctrl+C is late every time.
        $milliseconds = 0
        foreach ($attempt in 1..5) {
            $milliseconds = Measure-Stop -Command $Command -Pattern $Pattern
            if ($milliseconds -lt 100) { break }
        }
        $milliseconds | Should -BeLessThan 100
        Wait-Request -Pattern $Pattern -Aborted | Should -BeGreaterThan 0
    }

    It 'leaves a session that works' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ hang = $true }
        $null = Measure-Stop -Command 'Get-CosmiToken -Resource https://vault.azure.net' -Pattern 'oauth2/token'
        (Get-CosmiToken -Resource https://vault.azure.net).Resource | Should -Be 'https://vault.azure.net'
    }
}
