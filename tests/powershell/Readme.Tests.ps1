BeforeDiscovery {
    Set-StrictMode -Version 3
    $text = [System.IO.File]::ReadAllText("$PSScriptRoot/../../README.md").Replace("`r`n", "`n")
    # What is typed to install is tried with the packages, in tests/packages.
    $text = [regex]::Replace($text, '(?ms)^## Install\n.*?(?=^## )', '')
    $blocks = foreach ($match in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)\n```')) {
        @{ Code = $match.Groups[1].Value; Title = $match.Groups[1].Value.Split("`n")[0] }
    }
}

Describe 'README.md' {
    BeforeAll {
        Set-StrictMode -Version 3
        Import-Module -Name "$PSScriptRoot/Support.psm1"
        Import-CosmiModule
        $script:simulator = Start-Simulator
        # What `cargo xtask simulator > simulator.json` writes
        $script:simulator | Select-Object -Property '*' -ExcludeProperty Process | ConvertTo-Json -Depth 9 -Compress |
            Set-Content -Path "$TestDrive/simulator.json"
    }

    AfterEach {
        foreach ($variable in (Get-HostVariable -Simulator $script:simulator -Name imds).GetEnumerator()) {
            Set-Item -Path "env:$($variable.Key)" -Value ([string] $variable.Value)
        }
        Disconnect-CosmiAccount
    }

    AfterAll {
        Stop-Simulator -Simulator $script:simulator
    }

    It 'shows code that works: <Title>' -ForEach $blocks {
        $code = $Code.Replace('https://myaccount.documents.azure.com:443/', $script:simulator.accounts.myaccount.endpoint)
        Push-Location -Path $TestDrive
        try {
            $shown = & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'`n$code"))
        }
        finally {
            Pop-Location
        }
        $shown | Should -Not -BeNullOrEmpty
    }
}
